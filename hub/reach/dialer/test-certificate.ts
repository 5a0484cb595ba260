/** A self-signed certificate for `gateway.test` and 127.0.0.1, valid for a hundred years: for tests, it protects nothing. */
export const testCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeLuSBzfctCcad6r/
SocEnkhwrPINBVdGxFxo7Rn7Gh+hRANCAAR75bMbVvUnbjXJKgUlzP6DAXN/SGWo
nE580namNs4GLSj6WXSMpfSWHZedCNJpdf30XX4VFHQ8C3pPPiMhrc/+
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBpDCCAUqgAwIBAgIUAo+AUGWMurNUjqe87VN8q7bMsbgwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMZ2F0ZXdheS50ZXN0MCAXDTI2MTEyMzEzMDcyMloYDzIxMjYx
MDMwMTMwNzIyWjAXMRUwEwYDVQQDDAxnYXRld2F5LnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAR75bMbVvUnbjXJKgUlzP6DAXN/SGWonE580namNs4GLSj6
WXSMpfSWHZedCNJpdf30XX4VFHQ8C3pPPiMhrc/+o3IwcDAdBgNVHQ4EFgQUQOWO
DvekGw9gzkhQokYt/5ddv18wHwYDVR0jBBgwFoAUQOWODvekGw9gzkhQokYt/5dd
v18wDwYDVR0TAQH/BAUwAwEB/zAdBgNVHREEFjAUggxnYXRld2F5LnRlc3SHBH8A
AAEwCgYIKoZIzj0EAwIDSAAwRQIhAL1Ms6iixIszShOeq6UuJwoCvs0/7wftpNVh
mIbhluaoAiAeLaw+bkAvm/ObFkkhx7gUo0tn/B9+ROXGMuv4oRTWyg==
-----END CERTIFICATE-----
`,
};
