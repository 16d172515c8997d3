package aqueduct_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"testing"

	aqueduct "aqueduct/client"
)

func TestTLSAndToken(t *testing.T) {
	var server struct{ Target, Roots, Certificate, Key, Token string }
	check(t, start(t).tell("tls", &server))
	pem, err := os.ReadFile(server.Roots)
	check(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	pair, err := tls.LoadX509KeyPair(server.Certificate, server.Key)
	check(t, err)
	certificates := []tls.Certificate{pair}

	cases := map[string]struct {
		config *tls.Config
		token  string
		err    error
	}{
		"all that it takes":                    {&tls.Config{RootCAs: roots, Certificates: certificates}, server.Token, aqueduct.ErrNotFound},
		"another token":                        {&tls.Config{RootCAs: roots, Certificates: certificates}, "guessed", aqueduct.ErrUnauthenticated},
		"no certificate":                       {&tls.Config{RootCAs: roots}, server.Token, aqueduct.ErrUnavailable},
		"a server whom nobody vouches for":     {&tls.Config{Certificates: certificates}, server.Token, aqueduct.ErrUnavailable},
		"a server of another name than wanted": {&tls.Config{RootCAs: roots, Certificates: certificates, ServerName: "example.org"}, server.Token, aqueduct.ErrUnavailable},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			client, err := aqueduct.Connect(server.Target, aqueduct.WithTLS(each.config), aqueduct.WithToken(each.token))
			check(t, err)
			defer func() { check(t, client.Close()) }()
			// Not made again, so that it fails at once; and the server is asked where that says NOT_FOUND.
			if _, err := client.DeleteBackend(context.Background(), "nothing"); !errors.Is(err, each.err) {
				t.Errorf("%v", err)
			}
		})
	}
}
