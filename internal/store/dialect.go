package store

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"capdo/migrations"
)

// dialect is the little that the two databases do not say alike.
type dialect struct {
	next   func(table, column string) string // the place of a row that is added: rows keep the order they came in
	share  string                            // after a SELECT: its rows stay as they are until the transaction ends
	hold   string                            // after a SELECT: the same, and nobody else may hold them so
	begin  string                            // begins a transaction that writes
	send   func(ctx context.Context, conn any, orders []*order, row take) error
	within string // the function that tells where a text begins within another, from 1
	gate   string // lets one transaction at a time through a door of a name
	try    string // the same, but tells whether the door was free

	// For a move: what an INSERT says to give numbered rows the numbers they have,
	// and a query for the statements that let the numbering go on after them.
	asIs, numbered string
}

// On SQLite one transaction writes at a time: it has every lock already.
var dialects = map[string]dialect{
	migrations.SQLite: {
		next: func(table, column string) string {
			return "(SELECT COALESCE(MAX(" + column + "), 0) + 1 FROM " + table + ")"
		},
		begin:  "BEGIN IMMEDIATE",
		send:   oneByOne,
		within: "instr",
		gate:   "SELECT ?", try: "SELECT ? <> ''",
	},
	migrations.Postgres: {
		next:  func(string, string) string { return "DEFAULT" },
		begin: "BEGIN ISOLATION LEVEL READ COMMITTED", send: together,
		share: " FOR SHARE", hold: " FOR UPDATE", within: "strpos",
		asIs: "OVERRIDING SYSTEM VALUE",
		numbered: `SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), COALESCE(MAX(%I), 0) + 1, false) FROM %I', table_name, column_name, column_name, table_name)
			FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'`,
		gate: "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", try: "SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))",
	},
}

// speak gives the dialect of a connection.
func speak(db *gorm.DB) dialect { return dialects[db.Name()] }

// IsDSN tells the address of a PostgreSQL database from the path of a file.
func IsDSN(db string) bool {
	return strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://")
}

// Shown writes a path, or an address without its secrets.
func Shown(db string) string {
	if !IsDSN(db) {
		return db
	}
	c, err := pgx.ParseConfig(db)
	if err != nil {
		return "postgres://?"
	}
	host := c.Host
	if !strings.HasPrefix(host, "/") {
		host = net.JoinHostPort(host, strconv.Itoa(int(c.Port)))
	}
	return fmt.Sprintf("postgres://%s@%s/%s", c.User, host, c.Database)
}

// pages is what the connection that writes keeps of the file at hand, in KiB below
// zero: with the 2 MB that SQLite takes by itself a great import writes most pages
// many times over.
const pages = "-32000"

// statements is how many prepared statements a connection keeps: all that steps
// and pages ask.
const statements = "200"

// dsn sets what must hold for every connection: WAL, full synchronisation so
// that an approval survives power loss, foreign keys, immediate transactions.
func dsn(path string, readOnly bool) string {
	q := url.Values{"_journal_mode": {"WAL"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"on"}, "_synchronous": {"FULL"}, "_txlock": {"immediate"}, "_stmt_cache_size": {statements}, "_cache_size": {pages}}
	if readOnly {
		q = url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"on"}, "_query_only": {"on"}, "_stmt_cache_size": {statements}}
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// most is how many connections one copy of the program holds to PostgreSQL.
const most = 16

// atOnce is how many of them write at the same time, in the order they came: more
// only wait for each other within the server, and a pool hands its connections to
// anyone who waits.
const atOnce = 8

func connectSQLite(path string, readOnly bool, most int) (*gorm.DB, error) {
	db, err := open(sqlite.Open(dsn(path, readOnly)))
	if err != nil {
		return nil, err
	}
	raw, err := db.DB()
	if err != nil {
		return nil, err
	}
	raw.SetMaxOpenConns(most)
	return db, raw.Ping()
}

// connectPostgres joins gorm with a pool. What the address does not say comes
// from the environment (PGPASSWORD, PGPASSFILE, PGSSLROOTCERT …).
func connectPostgres(ctx context.Context, address string) (*gorm.DB, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 5 * time.Second
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "capdo"
	}
	raw := stdlib.OpenDB(*c)
	raw.SetMaxOpenConns(most)
	raw.SetMaxIdleConns(most)
	raw.SetConnMaxIdleTime(5 * time.Minute)
	if err := raw.PingContext(ctx); err != nil {
		return nil, closing(raw, err)
	}
	db, err := open(postgres.New(postgres.Config{Conn: raw}))
	if err != nil {
		return nil, closing(raw, err)
	}
	return db, nil
}

func closing(raw *sql.DB, cause error) error {
	if err := raw.Close(); err != nil {
		return fmt.Errorf("%w; %w", cause, err)
	}
	return cause
}

func open(d gorm.Dialector) (*gorm.DB, error) {
	return gorm.Open(d, &gorm.Config{SkipDefaultTransaction: true,
		Logger: logger.New(nil, logger.Config{LogLevel: logger.Silent, ParameterizedQueries: true})})
}
