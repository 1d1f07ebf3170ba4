package workflow

import "slices"

// Overview is component 1 of a dossier, the description of a system, as typed
// tables and texts (TT 12/2022 Đ8; NĐ 331/2026 Đ22 k3). It belongs to the system
// and is edited in place; what a dossier was sent with is frozen in its Content.
type Overview struct {
	System   string   `json:"system"`
	Revision int64    `json:"revision"`         // counts the savings; what a change compares
	Scope    string   `json:"scope,omitempty"`  // components, functions
	Scale    string   `json:"scale,omitempty"`  // users, data, places, hours of service
	Served   string   `json:"served,omitempty"` // parties served
	Owner    Contact  `json:"owner,omitzero"`
	Operator Contact  `json:"operator,omitzero"`
	Lends    []string `json:"lends,omitempty"`   // tables that other systems of the same owner may show as theirs
	Borrows  []Borrow `json:"borrows,omitempty"` // tables of other systems shown as part of this one
	By       string   `json:"by,omitempty"`      // person who saved it last
	On       Day      `json:"on,omitzero"`

	Devices      []Device      `json:"devices,omitempty"`
	Servers      []Server      `json:"servers,omitempty"`
	Applications []Application `json:"applications,omitempty"`
	Zones        []Zone        `json:"zones,omitempty"`
	Connections  []Connection  `json:"connections,omitempty"`
}

// Contact is what the description states of owner and operator beside their
// names: the document that sets their functions, telephone and e-mail.
type Contact struct {
	Functions string `json:"functions,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
}

// Borrow shows rows of another system's table without copying them. Only names
// the rows by their first column; empty: all.
type Borrow struct {
	System string   `json:"system"`
	Table  string   `json:"table"`
	Only   []string `json:"only,omitempty"`
}

// Device is a device; Main marks a main network device.
type Device struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`
	Main    bool   `json:"main,omitempty"`
	Place   string `json:"place,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	From    string `json:"from,omitempty"` // name of the system the row is shared from
}

// Server is a server, real or virtual.
type Server struct {
	Name            string `json:"name"`
	Place           string `json:"place,omitempty"`
	OperatingSystem string `json:"operating_system,omitempty"`
	Zone            string `json:"zone,omitempty"`
	Purpose         string `json:"purpose,omitempty"`
	From            string `json:"from,omitempty"`
}

// Application is an application or service.
type Application struct {
	Name            string `json:"name"`
	Server          string `json:"server,omitempty"`
	Place           string `json:"place,omitempty"`
	OperatingSystem string `json:"operating_system,omitempty"`
	Purpose         string `json:"purpose,omitempty"`
	From            string `json:"from,omitempty"`
}

// Zone is a network zone with its addresses: single ones, CIDR blocks or ranges.
type Zone struct {
	Name      string   `json:"name"`
	PrivateIP []string `json:"private_ip,omitempty"`
	PublicIP  []string `json:"public_ip,omitempty"`
	From      string   `json:"from,omitempty"`
}

// Connection is a connection to another system: in, out or both, seen from here.
type Connection struct {
	Name      string `json:"name"`
	Direction string `json:"direction"`
	Purpose   string `json:"purpose,omitempty"`
	From      string `json:"from,omitempty"`
}

// Column is one column of a table of an overview. Kind says what a cell holds:
// text, bool ("yes" or empty), private or public (addresses, "; " between two),
// direction (in, out, both). Need: it may not be empty.
type Column struct {
	Key, Kind string
	Need      bool
}

// TableShape is one table of an overview with its columns, in order.
type TableShape struct {
	Key     string
	Columns []Column
}

// table is a table as code reads and writes it.
type table struct {
	TableShape
	read   func(o *Overview) [][]string
	write  func(o *Overview, rows [][]string)
	borrow func(to, from *Overview, name string, only []string)
}

// tableOf joins a slice of an overview with its cells.
func tableOf[T any](key string, columns []Column, at func(*Overview) *[]T, cells func(T) []string, row func([]string) T, from func(*T) *string) table {
	return table{TableShape{key, columns},
		func(o *Overview) [][]string {
			var out [][]string
			for _, r := range *at(o) {
				out = append(out, cells(r))
			}
			return out
		},
		func(o *Overview, rows [][]string) {
			list := make([]T, 0, len(rows))
			for _, r := range rows {
				list = append(list, row(r))
			}
			*at(o) = slices.Clip(list)
		},
		func(to, other *Overview, name string, only []string) {
			for _, r := range *at(other) {
				if len(only) == 0 || slices.Contains(only, cells(r)[0]) {
					*from(&r) = name
					*at(to) = append(*at(to), r)
				}
			}
		}}
}

var tables = []table{
	tableOf("devices", []Column{{"name", "text", true}, {"type", "text", false}, {"main", "bool", false}, {"place", "text", false}, {"purpose", "text", false}},
		func(o *Overview) *[]Device { return &o.Devices },
		func(d Device) []string { return []string{d.Name, d.Type, yes(d.Main), d.Place, d.Purpose} },
		func(c []string) Device {
			return Device{Name: c[0], Type: c[1], Main: c[2] != "", Place: c[3], Purpose: c[4]}
		},
		func(d *Device) *string { return &d.From }),
	tableOf("servers", []Column{{"name", "text", true}, {"place", "text", false}, {"operating_system", "text", false}, {"zone", "text", false}, {"purpose", "text", false}},
		func(o *Overview) *[]Server { return &o.Servers },
		func(s Server) []string { return []string{s.Name, s.Place, s.OperatingSystem, s.Zone, s.Purpose} },
		func(c []string) Server {
			return Server{Name: c[0], Place: c[1], OperatingSystem: c[2], Zone: c[3], Purpose: c[4]}
		},
		func(s *Server) *string { return &s.From }),
	tableOf("applications", []Column{{"name", "text", true}, {"server", "text", false}, {"place", "text", false}, {"operating_system", "text", false}, {"purpose", "text", false}},
		func(o *Overview) *[]Application { return &o.Applications },
		func(a Application) []string { return []string{a.Name, a.Server, a.Place, a.OperatingSystem, a.Purpose} },
		func(c []string) Application {
			return Application{Name: c[0], Server: c[1], Place: c[2], OperatingSystem: c[3], Purpose: c[4]}
		},
		func(a *Application) *string { return &a.From }),
	tableOf("zones", []Column{{"name", "text", true}, {"private_ip", "private", false}, {"public_ip", "public", false}},
		func(o *Overview) *[]Zone { return &o.Zones },
		func(z Zone) []string { return []string{z.Name, joined(z.PrivateIP), joined(z.PublicIP)} },
		func(c []string) Zone { return Zone{Name: c[0], PrivateIP: parted(c[1]), PublicIP: parted(c[2])} },
		func(z *Zone) *string { return &z.From }),
	tableOf("connections", []Column{{"name", "text", true}, {"direction", "direction", true}, {"purpose", "text", false}},
		func(o *Overview) *[]Connection { return &o.Connections },
		func(c Connection) []string { return []string{c.Name, c.Direction, c.Purpose} },
		func(c []string) Connection { return Connection{Name: c[0], Direction: c[1], Purpose: c[2]} },
		func(c *Connection) *string { return &c.From }),
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// OverviewTables lists the tables of an overview with their columns.
func OverviewTables() []TableShape {
	out := make([]TableShape, len(tables))
	for i, t := range tables {
		out[i] = t.TableShape
	}
	return out
}

func tableNamed(key string) (table, bool) {
	i := slices.IndexFunc(tables, func(t table) bool { return t.Key == key })
	if i < 0 {
		return table{}, false
	}
	return tables[i], true
}

// text is one text of an overview, named by its key.
type overviewText struct {
	key string
	at  func(*Overview) *string
}

var overviewTexts = []overviewText{
	{"scope", func(o *Overview) *string { return &o.Scope }},
	{"scale", func(o *Overview) *string { return &o.Scale }},
	{"served", func(o *Overview) *string { return &o.Served }},
	{"owner.functions", func(o *Overview) *string { return &o.Owner.Functions }},
	{"owner.phone", func(o *Overview) *string { return &o.Owner.Phone }},
	{"owner.email", func(o *Overview) *string { return &o.Owner.Email }},
	{"operator.functions", func(o *Overview) *string { return &o.Operator.Functions }},
	{"operator.phone", func(o *Overview) *string { return &o.Operator.Phone }},
	{"operator.email", func(o *Overview) *string { return &o.Operator.Email }},
}

// OverviewTexts lists the keys of the texts of an overview, in order.
func OverviewTexts() []string {
	out := make([]string, len(overviewTexts))
	for i, t := range overviewTexts {
		out[i] = t.key
	}
	return out
}

// Text gives one text by its key, nil for a key that is none.
func (o *Overview) Text(key string) *string {
	for _, t := range overviewTexts {
		if t.key == key {
			return t.at(o)
		}
	}
	return nil
}

// Cells gives a table as rows of text, one a column.
func (o *Overview) Cells(key string) [][]string {
	if t, ok := tableNamed(key); ok {
		return t.read(o)
	}
	return nil
}

// Empty tells whether nothing was ever written.
func (o *Overview) Empty() bool {
	for _, t := range overviewTexts {
		if *t.at(o) != "" {
			return false
		}
	}
	return len(o.Borrows) == 0 && !slices.ContainsFunc(tables, func(t table) bool { return len(t.read(o)) > 0 })
}
