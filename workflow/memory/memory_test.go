package memory_test

import (
	"testing"

	"capdo/workflow"
	"capdo/workflow/memory"
	"capdo/workflow/workflowtest"
)

func TestMemoryTakesTheExam(t *testing.T) {
	workflowtest.Exercise(t, func(*testing.T) workflow.Store { return memory.New() })
	workflowtest.ExerciseGoals(t, func(*testing.T) workflow.Store { return memory.New() })
}
