package store

import (
	"context"

	"capdo/workflow"
)

type codeRow struct {
	Hash, Paper, Form, CaseID, System, Issuer, Number, Dated string
	Level                                                    int
	SHA256                                                   string `gorm:"column:sha256"`
}

// ProofByCode finds a paper by the hash of its code.
func (s *Store) ProofByCode(ctx context.Context, hash string) (workflow.Proof, error) {
	return s.proof(ctx, "hash = ?", hash)
}

// ProofByFile finds a paper by the hash of its PDF.
func (s *Store) ProofByFile(ctx context.Context, sha256 string) (workflow.Proof, error) {
	return s.proof(ctx, "sha256 = ?", sha256)
}

func (s *Store) proof(ctx context.Context, where, value string) (workflow.Proof, error) {
	var r codeRow
	got := s.read(ctx).Table("codes").Where(where, value).Limit(1).Find(&r)
	if got.Error != nil && !noText(got.Error) {
		return workflow.Proof{}, faulty(got.Error)
	}
	if got.RowsAffected == 0 {
		return workflow.Proof{}, missing("proof", "")
	}
	p := workflow.Proof{Hash: r.Hash, Paper: r.Paper, Form: r.Form, Case: r.CaseID, System: r.System, Issuer: r.Issuer, Number: r.Number, Level: r.Level, SHA256: r.SHA256}
	return p, p.Date.UnmarshalText([]byte(r.Dated))
}

// KeepEdition keeps a printed register unless it is there.
func (s *Store) KeepEdition(ctx context.Context, p workflow.Paper) (workflow.Paper, error) {
	err := s.write(ctx, func(tx *writer) error {
		tx.do(tx.say.gate, "paper/"+p.ID) // two may print it at once
		db, err := tx.now()
		if err != nil {
			return err
		}
		var have int64
		if err := db.Table("papers").Where("id = ?", p.ID).Count(&have).Error; err != nil || have > 0 {
			return err
		}
		addPaper(&tx.plan, p)
		return nil
	})
	if err != nil {
		return workflow.Paper{}, err
	}
	return s.Paper(ctx, p.ID)
}

// Newest gives the id of the newest edition of an owner's register.
func (s *Store) Newest(ctx context.Context, owner string) (id string, err error) {
	err = s.read(ctx).Raw("SELECT c.paper FROM codes c JOIN papers p ON p.id = c.paper WHERE c.issuer = ? AND c.case_id = '' AND c.system = '' ORDER BY c.dated DESC, p.seq DESC LIMIT 1", owner).Scan(&id).Error
	return id, unlessNoText(err)
}

// Entries gives every row of a system. The id of a row that goes on with a
// decision begins with that of the row before.
func (s *Store) Entries(ctx context.Context, system string) ([]workflow.RegisterEntry, error) {
	return bodies[workflow.RegisterEntry](s.read(ctx), "SELECT body FROM register_entries WHERE system = ? ORDER BY since, LENGTH(id), id", system)
}
