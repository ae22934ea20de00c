import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectControllerSettings } from './beside.ts'

const at = { namespace: 'ingress-nginx', name: 'nginx' }
const usual = { ...at, proxyProtocol: null, snippets: null, risk: null }

test.each([
  [{}, {}],
  [{ 'use-forwarded-headers': 'true' }, { forwarded: 'on' }],
  [{ 'ssl-redirect': 'false' }, { sslRedirect: 'off' }],
  [{ 'ssl-redirect': 'false', 'force-ssl-redirect': 'true' }, { sslRedirect: 'forced' }],
  [{ 'bind-address': '127.0.0.1, ::1' }, { bound: 'loopback' }],
  [{ 'bind-address': '127.0.0.1,10.0.0.5' }, {}],
  [{ 'bind-address': '' }, {}],
  [{ 'block-cidrs': '0.0.0.0/0, 10.0.0.1' }, { blocked: ['0.0.0.0/0', '10.0.0.1'] }],
  [{ 'block-cidrs': '', 'denylist-source-range': 'none' }, {}],
  [
    { 'whitelist-source-range': '10.0.0.0/8', 'denylist-source-range': '0.0.0.0/0' },
    { allowed: ['10.0.0.0/8'], denied: ['0.0.0.0/0'] },
  ],
  [
    { 'global-auth-url': 'http://user:hunter2@auth.sso.svc.cluster.local:4180/auth?token=x' },
    { auth: { host: 'auth.sso.svc.cluster.local', port: 4180 } },
  ],
  [{ 'global-auth-url': 'http://$host/auth' }, {}],
])('of the ConfigMap %j is kept %j', (data, expected) => {
  expect(projectControllerSettings({ metadata: at, data }, createIntern())).toEqual({ ...usual, ...expected })
})
