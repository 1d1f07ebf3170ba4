package regime

import "embed"

//go:embed nd331
var laterFiles embed.FS
