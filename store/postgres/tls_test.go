package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ebbmark/ebbmark/internal/servers"
)

// TestTLS: with sslmode=verify-full the server must show a certificate of the
// authority that the DSN names.
func TestTLS(t *testing.T) {
	server := servers.Postgres(t)
	certificate, key := selfSigned(t)
	other, _ := selfSigned(t)
	server.UseTLS(t, certificate, key)
	dsn := database(t, server.DSN("postgres"))
	with := func(authority []byte) string {
		path := filepath.Join(t.TempDir(), "ca.pem")
		check(t, os.WriteFile(path, authority, 0o600))
		return strings.Replace(dsn, "sslmode=disable", "sslmode=verify-full&sslrootcert="+path, 1)
	}
	var db *DB
	for { // until the server has read its configuration again
		var err error
		if db, err = Create(t.Context(), with(certificate)); err == nil {
			break
		}
		if !strings.Contains(err.Error(), "server refused TLS connection") {
			t.Fatal(err)
		}
	}
	defer db.Close()
	encrypted := false
	check(t, db.pool.QueryRow(t.Context(), "select ssl from pg_stat_ssl where pid = pg_backend_pid()").Scan(&encrypted))
	if !encrypted {
		t.Fatal("the connection is not encrypted")
	}
	if _, err := Open(t.Context(), with(other)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("a certificate of another authority: %v", err)
	}
}

// selfSigned makes a certificate for 127.0.0.1 that is its own authority.
func selfSigned(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "postgres"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	check(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	check(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}
