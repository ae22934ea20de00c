import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { flawsOf } from './value-flaws.ts'

const flawed = (env: readonly object[], more: object = {}): readonly string[] =>
  (flawsOf({ env, ...more }, createIntern()).flaws ?? []).map((it) => `${it.by} ${it.kind} ${it.text}`.trim())
const one = (name: string, value: string): readonly string[] => flawed([{ name, value }])

test.each([
  ['ORDERS_URL', 'http://orders.${NAMESPACE}.svc.cluster.local:8080', 'dollar ${NAMESPACE}'],
  ['ORDERS_URL', 'http://${ORDERS_HOST}', 'dollar ${ORDERS_HOST}'],
  ['DB_HOST', '${DB_HOST_NAME}', 'dollar ${DB_HOST_NAME}'],
  ['DB_URL', 'jdbc:postgresql://{{ .Values.db.host }}:5432/db', 'helm {{ .Values.db.host }}'],
  ['DB_HOST', '{{ .Values.db | default "s3cret" }}', 'helm {{ … }}'],
  ['DB_HOST', '{{ db_host }}', 'braces {{ db_host }}'],
  ['DB_HOST', '$(UNDEFINED)', 'undefined $(UNDEFINED)'],
  ['DB_PORT', '$(UNDEFINED)', 'undefined $(UNDEFINED)'],
  ['DB_HOST', '<your-host>', 'angle <your-host>'],
  ['DB_HOST', '%HOST%', 'percent %HOST%'],
  ['DB_HOST', 'CHANGEME', 'word CHANGEME'],
  ['DB_HOST', 'db\n', 'line-end'],
  ['DB_HOST', 'db\r', 'line-end'],
  ['REDIS_ADDR', ' redis:6379 ', 'blank'],
  ['REDIS_HOST', '"redis"', 'quotes'],
  ['REDIS_PORT', "'6379'", 'quotes'],
  ['USER_URL', 'http://user_service:8080/x_y', 'underscore user_service'],
])('%s=%j: %s', (name, value, expected) => {
  expect(one(name, value)).toEqual([`${name} ${expected}`])
})

test.each([
  ['DB_HOST', 'db'],
  ['DB_URL', 'postgres://u:${DB_PASS}@db:5432/x'],
  ['API_URL', 'http://api/${TENANT}/x'],
  ['SPRING_URL', 'http://${orders.host}'],
  ['SPRING_URL', 'http://${ORDERS_HOST:orders}'],
  ['NODE_HOST', '${HOSTNAME}'],
  ['GRAFANA_URL', '${DS_PROMETHEUS}'],
  ['URL_TEMPLATE', 'http://{{ host }}'],
  ['NGINX_CONF', 'proxy_pass http://$host;\nserver ${X};'],
  ['PROXY_UPSTREAM', '$host'],
  ['DB_HOST', '$$(X)'],
  ['DB_HOST', '$(DB_SERVICE_HOST)'],
  ['DB_HOST', '/cloudsql/p:r:i'],
  ['DB_HOST', 'postgres://%2Fvar%2Frun'],
  ['DB_URL', 'vault:secret/data/db#url'],
  ['BROKER_URLS', 'http://a:1\nhttp://b:2\n'],
  ['PEM', '-----BEGIN X-----\nabc\n'],
  ['PEERS', '["a","b"]'],
  ['DB_PASSWORD_URL', '${X} '],
  ['ES_HOST', 'http://es'],
  ['LISTEN', '${POD}'],
])('%s=%j is well', (name, value) => {
  expect(one(name, value)).toEqual([])
})

test('a variable that is there, before or behind', () => {
  const host = { name: 'HOST', value: 'a' }
  const of = (value: string) => ({ name: 'A_URL', value })
  expect(flawed([host, of('http://$(HOST)')])).toEqual([])
  expect(flawed([of('http://$(HOST)'), host])).toEqual(['A_URL later $(HOST)'])
  expect(flawed([of('http://${HOST}'), host])).toEqual([])
  expect(flawed([of('http://$(HOST)')], { envFrom: [{ secretRef: { name: 's' } }] })).toEqual([])
  expect(flawed([of('http://${X}')], { envFrom: [{ configMapRef: { name: 'm' } }] })).toEqual([])
  expect(flawed([{ ...of('http://$(HOST)'), map: 'm' }, host])).toEqual(['A_URL undefined $(HOST)'])
})

test('a program that fills texts in is let alone', () => {
  expect(flawed([{ name: 'A_URL', value: 'http://${X}' }], { args: ['envsubst < a > b'] })).toEqual([])
})

test('a scheme in a host whose port stands beside it', () => {
  const port = { name: 'REDIS_PORT', value: '6379' }
  expect(flawed([{ name: 'REDIS_HOST', value: 'http://redis' }, port])).toEqual(['REDIS_HOST scheme http://'])
  expect(flawed([{ name: 'REDIS_HOST', value: 'http://redis' }])).toEqual([])
  const web = [
    { name: 'ES_HOST', value: 'http://es' },
    { name: 'ES_PORT', value: '9200' },
  ]
  expect(flawed(web)).toEqual([])
})

test('of a Secret only that there is one', () => {
  const ref = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: 's', key: 'k' } } })
  expect(flawed([ref('DB_HOST'), ref('DB_PASSWORD')])).toEqual(['DB_HOST secret'])
  for (const env of [[null], [7], [{ name: 7 }]]) expect(flawsOf({ env }, createIntern())).toEqual({})
})
