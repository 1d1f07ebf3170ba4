package store

import (
	"testing"

	"capdo/internal/identity"
	"capdo/internal/identity/identitytest"
)

func TestSQLiteTakesTheExamOfKeepers(t *testing.T) {
	identitytest.Exercise(t, func(t *testing.T) identity.Keeper { return fresh(t) })
}

func TestPostgreSQLTakesTheExamOfKeepers(t *testing.T) {
	identitytest.Exercise(t, func(t *testing.T) identity.Keeper { return opened(t, address(t)) })
}
