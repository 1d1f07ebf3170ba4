package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/chain"
	"capdo/internal/files"
	"capdo/workflow"
)

// checker asks of the rows what hashes alone do not tell: papers against their
// own hash and their facts, files against their content, the books of numbers.
type checker struct {
	app   *app
	ctx   context.Context
	quick bool
	bytes map[string]string // SHA-256 of the papers an export carries

	found, notes []chain.Finding
	err          error // a fault of reading, the first
	attached     []attachedFile
	books        map[bookKey][]numberLine
	papers       map[[2]string]bool // issuer and number of every paper
}

type attachedFile struct{ id, sha256 string }

type bookKey struct{ issuer, year string }

type numberLine struct {
	id, series, text, state, reason string
	n                               int
	typed                           bool
}

func columnsOf(cols []chain.Column) map[string]string {
	m := make(map[string]string, len(cols))
	for _, c := range cols {
		m[c[0]] = c[2]
	}
	return m
}

func (c *checker) see(table, key string, cols []chain.Column) {
	switch table {
	case "papers":
		c.paper(key, columnsOf(cols))
	case "attachments":
		c.attached = append(c.attached, attachedFile{key, columnsOf(cols)["sha256"]})
	case "numbers":
		c.number(key, columnsOf(cols))
	}
}

// paper compares the bytes kept with the hash in the paper's own row, and prints
// it again from its facts.
func (c *checker) paper(id string, row map[string]string) {
	var p workflow.Paper
	if json.Unmarshal([]byte(row["body"]), &p) != nil {
		return // the chain names it
	}
	c.papers[[2]string{p.Issuer, p.Number}] = true
	carried, ok := c.bytes[id]
	if row["pdf"] != p.SHA256 || ok && carried != p.SHA256 {
		c.found = append(c.found, chain.Finding{Code: "paper_bytes", Table: "papers", Key: id})
	}
	if c.quick || json.Unmarshal([]byte(row["facts"]), &p.Facts) != nil {
		return
	}
	again, err := c.app.press.Print(c.ctx, p.Facts)
	same := err == nil && chain.Sum(again.PDF) == p.SHA256
	switch {
	case same && row["pdf"] != p.SHA256:
		c.notes = append(c.notes, chain.Finding{Code: "paper_recoverable", Table: "papers", Key: id})
	case !same && row["pdf"] == p.SHA256:
		c.notes = append(c.notes, chain.Finding{Code: "paper_reprint", Table: "papers", Key: id})
	}
}

// files reads every file that was ever attached.
func (c *checker) files() {
	for _, f := range c.attached {
		r, err := c.app.files.Open(c.ctx, f.sha256)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
			err = errors.Join(err, r.Close())
		}
		switch {
		case errors.Is(err, files.ErrMissing):
			c.found = append(c.found, chain.Finding{Code: "file_missing", Table: "attachments", Key: f.id})
		case errors.Is(err, files.ErrCorrupt):
			c.found = append(c.found, chain.Finding{Code: "file_corrupt", Table: "attachments", Key: f.id})
		case err != nil && c.err == nil:
			c.err = err
		}
	}
}

func (c *checker) number(id string, row map[string]string) {
	n, err := strconv.Atoi(row["n"])
	if err != nil {
		return
	}
	k := bookKey{row["issuer"], row["year"]}
	c.books[k] = append(c.books[k], numberLine{id, row["series"], row["text"], row["state"], row["reason"], n, row["typed"] != "0"})
}

// numbers reads the books of a year: no number twice, none left out, none void
// without a reason, none used without its paper.
func (c *checker) numbers() {
	keys := slices.SortedFunc(maps.Keys(c.books), func(a, b bookKey) int {
		return strings.Compare(a.issuer+"\n"+a.year, b.issuer+"\n"+b.year)
	})
	for _, k := range keys {
		texts, taken, last := map[string]bool{}, map[string]map[int]bool{}, map[string]int{}
		typed := map[int]bool{}
		for _, l := range c.books[k] {
			number := func(code string) {
				c.found = append(c.found, chain.Finding{Code: code, Table: "numbers", Key: l.id})
			}
			if taken[l.series] == nil {
				taken[l.series] = map[int]bool{}
			}
			switch {
			case texts[l.text] || !l.typed && taken[l.series][l.n]:
				number("number_double")
			case l.state == string(workflow.Void) && l.reason == "":
				number("number_reason")
			case l.state == string(workflow.Used) && !c.papers[[2]string{k.issuer, l.text}]:
				number("number_unused")
			}
			texts[l.text] = true
			if l.typed {
				typed[l.n] = true
				continue
			}
			taken[l.series][l.n] = true
			last[l.series] = max(last[l.series], l.n)
		}
		for _, series := range slices.Sorted(maps.Keys(last)) {
			for n := 1; n < last[series]; n++ {
				if !taken[series][n] && !typed[n] {
					c.found = append(c.found, chain.Finding{Code: "number_gap", Subject: k.issuer + "/" + k.year, Key: series, N: int64(n)})
				}
			}
		}
	}
}
