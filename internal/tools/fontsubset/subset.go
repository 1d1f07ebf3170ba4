package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

var be = binary.BigEndian

// flags of a composite glyph's parts, as TrueType numbers them.
const (
	argWords    = 1 << 0
	oneScale    = 1 << 3
	moreParts   = 1 << 5
	twoScales   = 1 << 6
	twoByTwo    = 1 << 7
	hasPrograms = 1 << 8
)

// Subset returns a TrueType face holding the glyphs of the characters given
// and the parts they are built of, numbered anew without gaps. A character
// the face lacks is left out. The same input gives the same bytes.
func Subset(full []byte, keep []rune) (small []byte, err error) {
	defer func() { // a broken file shows as an index out of range
		if r := recover(); r != nil {
			err = fmt.Errorf("not a sound TrueType face: %v", r)
		}
	}()
	t, err := tables(full)
	if err != nil {
		return nil, err
	}
	cmap, err := readCmap(t["cmap"])
	if err != nil {
		return nil, err
	}
	loca := readLoca(t["loca"], be.Uint16(t["head"][50:]) == 1)
	s := &subset{glyf: t["glyf"], loca: loca, number: map[int]int{0: 0}, order: []int{0}}
	codes := map[rune]int{}
	for _, r := range keep {
		if g := cmap[r]; g != 0 {
			codes[r] = s.take(g)
		}
	}
	for i := 0; i < len(s.order); i++ { // parts are appended while we walk
		s.takeParts(s.order[i])
	}
	return assemble(s.rebuild(t, codes)), nil
}

type subset struct {
	glyf   []byte
	loca   []int
	number map[int]int // old glyph number to new
	order  []int       // old glyph numbers in the new order
}

func (s *subset) take(old int) int {
	n, seen := s.number[old]
	if !seen {
		n = len(s.order)
		s.number[old] = n
		s.order = append(s.order, old)
	}
	return n
}

func (s *subset) outline(old int) []byte { return s.glyf[s.loca[old]:s.loca[old+1]] }

func (s *subset) takeParts(old int) {
	eachPart(s.outline(old), func(part []byte) { s.take(int(be.Uint16(part[2:]))) })
}

// eachPart calls f with the bytes of each part of a composite glyph, and
// returns the length of the glyph without its hinting program.
func eachPart(g []byte, f func(part []byte)) int {
	if len(g) < 10 || int16(be.Uint16(g)) >= 0 {
		return len(g)
	}
	at, flags := 10, uint16(moreParts)
	for flags&moreParts != 0 {
		flags = be.Uint16(g[at:])
		size := 6
		if flags&argWords != 0 {
			size = 8
		}
		switch {
		case flags&oneScale != 0:
			size += 2
		case flags&twoScales != 0:
			size += 4
		case flags&twoByTwo != 0:
			size += 8
		}
		f(g[at : at+size])
		at += size
	}
	return at
}

// plain copies a glyph without hinting, its parts numbered anew.
func (s *subset) plain(old int) []byte {
	g := append([]byte(nil), s.outline(old)...)
	if len(g) == 0 {
		return g
	}
	if contours := int(int16(be.Uint16(g))); contours >= 0 {
		at := 10 + 2*contours
		program := int(be.Uint16(g[at:]))
		be.PutUint16(g[at:], 0)
		return append(g[:at+2], g[at+2+program:]...)
	}
	end := eachPart(g, func(part []byte) {
		be.PutUint16(part, be.Uint16(part)&^hasPrograms)
		be.PutUint16(part[2:], uint16(s.number[int(be.Uint16(part[2:]))]))
	})
	return g[:end]
}

func (s *subset) rebuild(t map[string][]byte, codes map[rune]int) map[string][]byte {
	metrics := int(be.Uint16(t["hhea"][34:]))
	var glyf, hmtx []byte
	loca := make([]byte, 0, 4*len(s.order)+4)
	for _, old := range s.order {
		loca = be.AppendUint32(loca, uint32(len(glyf)))
		glyf = append(glyf, s.plain(old)...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, t["hmtx"][4*min(old, metrics-1):][:2]...)
		if old < metrics {
			hmtx = append(hmtx, t["hmtx"][4*old+2:][:2]...)
		} else {
			hmtx = append(hmtx, t["hmtx"][4*metrics+2*(old-metrics):][:2]...)
		}
	}
	loca = be.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := clone(t["head"]), clone(t["hhea"]), clone(t["maxp"])
	be.PutUint32(head[8:], 0)
	be.PutUint16(head[50:], 1)
	be.PutUint16(hhea[34:], uint16(len(s.order)))
	be.PutUint16(maxp[4:], uint16(len(s.order)))
	post := make([]byte, 32)
	copy(post, t["post"][:16])
	be.PutUint32(post, 0x00030000)
	return map[string][]byte{"head": head, "hhea": hhea, "maxp": maxp, "OS/2": t["OS/2"], "name": names(t["name"]),
		"cmap": writeCmap(codes), "loca": loca, "glyf": glyf, "hmtx": hmtx, "post": post}
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }

// names keeps the Windows English records: the family names, and the
// copyright and licence notices that must travel with the face.
func names(t []byte) []byte {
	count, text := int(be.Uint16(t[2:])), int(be.Uint16(t[4:]))
	var records, data []byte
	n := 0
	for i := range count {
		r := t[6+12*i : 18+12*i]
		id := be.Uint16(r[6:])
		if be.Uint16(r) != 3 || be.Uint16(r[2:]) != 1 || be.Uint16(r[4:]) != 0x409 || (id > 6 && id != 13 && id != 14) {
			continue
		}
		size, at := int(be.Uint16(r[8:])), text+int(be.Uint16(r[10:]))
		records = append(records, r[:10]...)
		records = be.AppendUint16(records, uint16(len(data)))
		data = append(data, t[at:at+size]...)
		n++
	}
	out := be.AppendUint16(nil, 0)
	out = be.AppendUint16(out, uint16(n))
	out = be.AppendUint16(out, uint16(6+len(records)))
	return append(append(out, records...), data...)
}

func tables(b []byte) (map[string][]byte, error) {
	if len(b) < 12 || be.Uint32(b) != 0x00010000 {
		return nil, errors.New("not a TrueType face")
	}
	t := map[string][]byte{}
	for i := range int(be.Uint16(b[4:])) {
		r := b[12+16*i:]
		at, size := be.Uint32(r[8:]), be.Uint32(r[12:])
		t[string(r[:4])] = b[at : at+size]
	}
	for _, name := range []string{"head", "hhea", "maxp", "OS/2", "name", "cmap", "loca", "glyf", "hmtx", "post"} {
		if t[name] == nil {
			return nil, fmt.Errorf("table %q is missing", name)
		}
	}
	return t, nil
}

func readLoca(t []byte, long bool) []int {
	var loca []int
	if long {
		for i := 0; i+4 <= len(t); i += 4 {
			loca = append(loca, int(be.Uint32(t[i:])))
		}
		return loca
	}
	for i := 0; i+2 <= len(t); i += 2 {
		loca = append(loca, 2*int(be.Uint16(t[i:])))
	}
	return loca
}

// readCmap reads the Windows Unicode table in format 4.
func readCmap(t []byte) (map[rune]int, error) {
	for i := range int(be.Uint16(t[2:])) {
		r := t[4+8*i:]
		sub := t[be.Uint32(r[4:]):]
		if be.Uint16(r) == 3 && be.Uint16(r[2:]) == 1 && be.Uint16(sub) == 4 {
			return readSegments(sub), nil
		}
	}
	return nil, errors.New("no Unicode cmap in format 4")
}

func readSegments(t []byte) map[rune]int {
	m := map[rune]int{}
	n := int(be.Uint16(t[6:]))
	ends, starts, deltas, offsets := t[14:], t[16+n:], t[16+2*n:], t[16+3*n:]
	for i := 0; i < n; i += 2 {
		start, end, offset := int(be.Uint16(starts[i:])), int(be.Uint16(ends[i:])), int(be.Uint16(offsets[i:]))
		for c := start; c <= end && c != 0xFFFF; c++ {
			g := uint16(c)
			if offset != 0 {
				g = be.Uint16(offsets[i+offset+2*(c-start):])
			}
			if g != 0 || offset == 0 {
				m[rune(c)] = int(g + be.Uint16(deltas[i:]))
			}
		}
	}
	return m
}

func writeCmap(codes map[rune]int) []byte {
	list := make([]rune, 0, len(codes))
	for r := range codes {
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	var ends, starts, deltas []uint16
	for i, r := range list {
		last := len(ends) - 1
		if i > 0 && list[i-1] == r-1 && deltas[last] == uint16(codes[r]-int(r)) {
			ends[last] = uint16(r)
			continue
		}
		ends, starts, deltas = append(ends, uint16(r)), append(starts, uint16(r)), append(deltas, uint16(codes[r]-int(r)))
	}
	ends, starts, deltas = append(ends, 0xFFFF), append(starts, 0xFFFF), append(deltas, 1)
	n := len(ends)
	power, log := 1, 0
	for power*2 <= n {
		power, log = power*2, log+1
	}
	words := []uint16{0, 1, 3, 1, 0, 12, 4, uint16(16 + 8*n), 0, uint16(2 * n), uint16(2 * power), uint16(log), uint16(2 * (n - power))}
	words = append(append(words, ends...), 0)
	words = append(append(append(words, starts...), deltas...), make([]uint16, n)...)
	var out []byte
	for _, w := range words {
		out = be.AppendUint16(out, w)
	}
	return out
}

// assemble writes the tables in the order of their names, with the sums
// the format asks for.
func assemble(t map[string][]byte) []byte {
	list := make([]string, 0, len(t))
	for name := range t {
		list = append(list, name)
	}
	sort.Strings(list)
	power, log := 1, 0
	for power*2 <= len(list) {
		power, log = power*2, log+1
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, w := range []int{len(list), 16 * power, log, 16 * (len(list) - power)} {
		out = be.AppendUint16(out, uint16(w))
	}
	var data []byte
	head, base := 0, 12+16*len(list)
	for _, name := range list {
		at := base + len(data)
		if name == "head" {
			head = at
		}
		size := len(t[name])
		data = append(data, t[name]...)
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		out = append(out, name...)
		out = be.AppendUint32(out, sum(data[at-base:]))
		out = be.AppendUint32(out, uint32(at))
		out = be.AppendUint32(out, uint32(size))
	}
	out = append(out, data...)
	be.PutUint32(out[head+8:], 0xB1B0AFBA-sum(out))
	return out
}

func sum(b []byte) uint32 {
	var n uint32
	for ; len(b) >= 4; b = b[4:] {
		n += be.Uint32(b)
	}
	return n
}
