import * as fc from 'fast-check'

/** As a generator of keys makes them: without fast-check's bias, which likes forty-three times the same letter. */
const chars = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc.noBias(fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length }))
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lower = upper.toLowerCase()
const digit = '0123456789'
const base64 = chars(upper + lower + digit + '+/', 43)
const word36 = (length: number) => chars(upper + lower + digit, length)
export const secretWord = chars(lower + digit, 12).map((it) => `zq${it}`)

/** A secret, and how it stands in a text. What nothing tells from a name stands beside a name that does. */
export interface Planted {
  readonly secret: string
  readonly said: string
}

const say = (secret: fc.Arbitrary<string>, how: (it: string) => string): fc.Arbitrary<Planted> =>
  secret.map((it) => ({ secret: it, said: how(it) }))

export const secretKinds: Readonly<Record<string, fc.Arbitrary<Planted>>> = {
  'a password in an assignment': say(secretWord, (it) => `password=${it}`),
  'a password in quotes': say(secretWord, (it) => `{"password": "${it} x", "a": 1}`),
  'a password with signs': say(secretWord, (it) => `DB_PASSWORD=${it},;&$!`),
  'a password of the environment, short': say(secretWord, (it) => `DB_PASS=${it} DB_PORT=1`),
  'a flag': say(secretWord, (it) => `--api-token=${it}`),
  'a flag and a word': say(secretWord, (it) => `run --client-secret ${it} now`),
  'a flag of curl': say(secretWord, (it) => `curl -u admin:${it} https://db.corp.example`),
  'a bearer token': say(base64, (it) => `Authorization: Bearer ${it}`),
  'a bearer token of words': say(secretWord, (it) => `bearer ${it}`),
  'basic credentials': say(secretWord, (it) => `Authorization: Basic ${it}==`),
  'a digest': say(secretWord, (it) => `Authorization: Digest username="me", response="${it}"`),
  'a scheme that nobody knows': say(secretWord, (it) => `Authorization: Ours ${it} x`),
  "a proxy's credentials": say(secretWord, (it) => `Proxy-Authorization: Basic ${it}`),
  'a header for a key': say(secretWord, (it) => `X-Api-Key: ${it}`),
  'a URL with a password': say(secretWord, (it) => `dial https://user:${it}@db.corp.example/x`),
  'a URL with a user': say(secretWord, (it) => `fetch redis://${it}@cache:6379`),
  'a URL with a token': say(secretWord, (it) => `GET https://api.example/x?access_token=${it}&y=1`),
  'a URL with a signature': say(secretWord, (it) => `GET https://a.blob.example/x?sv=2&sig=${it}&se=1`),
  'a proxy without a scheme': say(secretWord, (it) => `HTTP_PROXY=user:${it}@proxy:3128`),
  'a database by URL': say(secretWord, (it) => `postgres://app:${it}@db.corp.example:5432/app?sslmode=require`),
  'a database in words': say(secretWord, (it) => `Server=db.example;User Id=sa;Password=${it};Encrypt=true`),
  'a storage account': say(base64, (it) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${it}==;X=y`),
  'an access key of AWS': say(chars(upper + digit, 16), (it) => `key AKIA${it}`),
  'a secret key of AWS': say(base64, (it) => `found ${it} there`),
  'a JSON Web Token, as Kubernetes gives to its accounts': say(
    fc
      .tuple(base64, base64)
      .map(([a, b]) => `eyJhbGciOiJSUzI1NiJ9.${a.replaceAll(/[+/]/g, '_')}.${b.replaceAll(/[+/]/g, '_')}`),
    (it) => `saw ${it} in a header`,
  ),
  'a token with which a node joins': say(
    chars(lower + digit, 16),
    (it) => `kubeadm join --token abcdef.${it} 10.0.0.1`,
  ),
  'a private key': say(base64, (it) => `-----BEGIN RSA PRIVATE KEY-----\n${it}\n-----END RSA PRIVATE KEY-----`),
  'a private key cut off': say(base64, (it) => `-----BEGIN PRIVATE KEY-----\n${it}`),
  'a token of GitHub': say(word36(36), (it) => `ghp_${it}`),
  'a token of GitLab': say(word36(20), (it) => `glpat-${it}`),
  'a token of Slack': say(word36(24), (it) => `xoxb-${it}`),
  'a token of Vault': say(word36(24), (it) => `hvs.${it}`),
  'a token of npm': say(word36(36), (it) => `npm_${it}`),
  'a key of Google': say(word36(35), (it) => `AIza${it}`),
  'a key of Stripe': say(word36(24), (it) => `sk_live_${it}`),
  hexadecimal: say(chars('0123456789abcdef', 64), (it) => `key ${it}`),
  'a cookie': say(secretWord, (it) => `Cookie: ${it}`),
  'the second of two cookies': say(secretWord, (it) => `Cookie: theme=dark; session=${it}`),
  'a cookie that is set': say(secretWord, (it) => `Set-Cookie: id=${it}; Path=/; HttpOnly`),
}
