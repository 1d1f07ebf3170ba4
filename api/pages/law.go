package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

func (r *room) lawRoutes(in gin.IRoutes) { r.get(in, "/law", r.law) }

// law shows what an article says and what in the program rests on it.
func (r *room) law(g *gin.Context) {
	r.render(g, http.StatusOK, "law", "", gin.H{"Cite": g.Query("c")})
}
