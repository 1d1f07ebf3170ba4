package api

import (
	_ "embed"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Document describes every JSON route, as OpenAPI 3.0.
//
//go:embed openapi.yaml
var Document []byte

func (d *door) document(g *gin.Context) {
	g.Data(http.StatusOK, "application/yaml; charset=utf-8", Document)
}
