import { expect, test } from 'vitest'
import { createIntern } from '../../wire/intern.ts'
import { projectContainer } from './container.ts'

type Env = Readonly<Record<string, string | null>>

/** null: from a Secret. */
function proxyOf(env: Env, more: Readonly<Record<string, unknown>> = {}) {
  const list = Object.entries(env).map(([name, value]) =>
    value === null ? { name, valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } } : { name, value },
  )
  const { proxy, proxyElsewhere } = projectContainer({ name: 'web', env: list, ...more }, {}, createIntern(), false)
  return { ...(proxy === undefined ? {} : { proxy }), ...(proxyElsewhere === undefined ? {} : { proxyElsewhere }) }
}

const url = 'http://user:secret@proxy.corp.example:3128'
const host = 'proxy.corp.example'

test.each<readonly [string, Env, unknown]>([
  ['none', {}, {}],
  ['no NO_PROXY', { HTTP_PROXY: url }, { proxy: { http: host, https: null, except: [], by: null, ranges: [] } }],
  [
    'NO_PROXY of the pod itself and addresses',
    { HTTP_PROXY: url, NO_PROXY: 'localhost,127.0.0.1,10.0.0.0/16' },
    { proxy: { http: host, https: null, except: [], by: 'NO_PROXY', ranges: ['127.0.0.1', '10.0.0.0/16'] } },
  ],
  [
    'in small letters alone',
    { HTTP_PROXY: url, no_proxy: 'localhost' },
    { proxy: { http: host, https: null, except: [], by: 'no_proxy', ranges: [] } },
  ],
  [
    'what an earlier variable holds',
    { HTTP_PROXY: url, COMMON: '.svc', NO_PROXY: '$(COMMON),cart' },
    { proxy: { http: host, https: null, except: ['svc', 'cart'], by: 'NO_PROXY', ranges: [] } },
  ],
  [
    'what an earlier variable holds, of a ConfigMap',
    { HTTP_PROXY: url, COMMON: null, NO_PROXY: '$(COMMON),cart' },
    { proxy: { http: host, https: null, except: null } },
  ],
  [
    'the address of the API server, which the kubelet adds',
    { HTTP_PROXY: url, NO_PROXY: '$(KUBERNETES_SERVICE_HOST),cart' },
    { proxy: { http: host, https: null, except: ['cart'], by: 'NO_PROXY' } },
  ],
  ['for all', { all_proxy: url }, { proxy: { http: host, https: host, except: [], by: null, ranges: [] } }],
  [
    'names, ports, ranges',
    { https_proxy: url, NO_PROXY: '.svc,cart:80,10.96.0.0/12' },
    { proxy: { http: null, https: host, except: ['svc', 'cart:80'], by: 'NO_PROXY', ranges: ['10.96.0.0/12'] } },
  ],
  [
    'both, alike',
    { HTTP_PROXY: url, NO_PROXY: '.svc', no_proxy: '.svc' },
    { proxy: { http: host, https: null, except: ['svc'], by: 'no_proxy', ranges: [] } },
  ],
  [
    'both, and they differ',
    { HTTP_PROXY: url, NO_PROXY: 'cart', no_proxy: '.svc,10.0.0.7' },
    { proxy: { http: host, https: null, except: ['svc'], by: 'no_proxy', ranges: ['10.0.0.7'], capitals: ['cart'] } },
  ],
  ['NO_PROXY from a Secret', { HTTP_PROXY: url, NO_PROXY: null }, { proxy: { http: host, https: null, except: null } }],
  ['the proxy from a Secret', { HTTPS_PROXY: null, NO_PROXY: '.svc' }, { proxyElsewhere: true }],
  ['in the pod itself', { HTTP_PROXY: 'http://127.0.0.1:3128' }, {}],
])('%s', (_name, env, wanted) => {
  expect(proxyOf(env)).toEqual(wanted)
})

test('NO_PROXY may stand in all that a ConfigMap brings', () => {
  const envFrom = [{ configMapRef: { name: 'proxy' } }]
  expect(proxyOf({ HTTP_PROXY: url }, { envFrom })).toMatchObject({ proxy: { except: null } })
})
