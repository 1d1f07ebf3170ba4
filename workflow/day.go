package workflow

import "capdo/workflow/regime"

// Day is a legal date without clock or zone.
type Day = regime.Day

// Facts are what is known of a system; see regime.Facts.
type Facts = regime.Facts

// Citation names one place in a legal text.
type Citation = regime.Citation
