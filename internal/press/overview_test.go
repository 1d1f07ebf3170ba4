package press

import (
	"strings"
	"testing"
)

// secrets stand in the description of the test and may stand nowhere else.
var secrets = []string{"10.20.30", "10.20.31", "203.0.113.77", "MAY-CHU-77", "FW-1", "Phòng máy 2", "So-do-bi-mat", "9f86d081", "0259 000 000"}

func TestAddressesAndPlansReachNoPaperButTheDescription(t *testing.T) {
	_, words := press(t)
	seen := 0
	for _, regime := range []string{"nd85-tt03", "nd85-tt12", "nd331"} {
		for _, form := range words.Forms(regime) {
			f := facts(form)
			f.Regime, f.Overview = regime, overview()
			text := printed(t, f).Text
			for _, s := range secrets {
				switch has := strings.Contains(text, s); {
				case form == "overview" && !has:
					t.Errorf("the description lacks %s", s)
				case form != "overview" && has:
					t.Errorf("%s %s shows %s", regime, form, s)
				}
			}
			seen++
		}
	}
	if seen < 57 {
		t.Errorf("only %d forms were looked at", seen)
	}
}

func TestTheDescriptionSpeaksTheWordsOfItsRegime(t *testing.T) {
	for regime, want := range map[string][2]string{"nd85-tt12": {"hệ thống thông tin", "an ninh mạng"}, "nd331": {"an ninh mạng", "an toàn thông tin"}} {
		f := facts("overview")
		f.Regime, f.RegimeTitle = regime, "R"
		text := printed(t, f).Text
		if !strings.Contains(text, want[0]) || strings.Contains(text, want[1]) {
			t.Errorf("%s:\n%s", regime, text)
		}
	}
}

func TestADescriptionThatIsBarelyBegunStillPrints(t *testing.T) {
	f := facts("overview")
	f.Overview.Overview.Devices, f.Overview.Zones, f.Overview.Files, f.Overview.OwnerHead = nil, nil, nil, ""
	text := printed(t, f).Text
	if !strings.Contains(text, "Danh mục thiết bị và thiết bị mạng chính: chưa khai.") || !strings.Contains(text, "Mô hình logic tổng thể: chưa có tệp.") {
		t.Error(text)
	}
}
