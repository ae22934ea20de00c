import { describe, expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { nginxConf } from '../../../test/build/ingress-config.ts'
import { pod } from '../../../test/build/pod.ts'
import { slice } from '../../../test/build/service.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { Cluster, ExecResult, RawObject } from '../../kube/cluster.ts'
import { known, type Known, unknown } from '../../model/known.ts'
import { askApiServer, readBackends, readF5Conf, readNginxConf, readRefusedConf } from './config-scripts.ts'
import { readIngressConfigs } from './ingress-configs.ts'
import { announceIngressConfigs, planIngressConfigs } from './plan-ingress-configs.ts'

const web = ingress([['/', 'web', 80]])
const own = controller({ product: 'ingress-nginx', container: 'controller', statusPort: 10_300 })
const pods = [pod('web-1', { ip: '10.2.1.5' })]
const model = modelOf({
  ingresses: [web],
  ingressClasses: [ingressClass('nginx')],
  ingressControllers: [own],
  endpointSlices: [slice('web', pods)],
})
const plan = planIngressConfigs(model)

const rawIngress: RawObject = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    rules: [
      {
        host: 'web.example.com',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
}
const rawSlice = (ip: string): RawObject => ({
  metadata: { name: 'web-x', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  ports: [{ name: 'http', port: 8080 }],
  endpoints: [{ addresses: [ip], conditions: { ready: true } }],
})

const backends = JSON.stringify([{ name: 'shop-web-80', endpoints: [{ address: '10.2.1.5', port: '8080' }] }])

interface Stub {
  readonly conf?: Known<ExecResult>
  readonly refused?: string
  readonly slices?: readonly RawObject[]
  readonly log?: readonly string[]
}

/** The API server as far as this goes: four commands, a log, two lists. */
function stub({ conf, refused = '', slices = [rawSlice('10.2.1.5')], log = [] }: Stub) {
  const asked: string[] = []
  const logs: unknown[] = []
  const answer = (stdout: string): Known<ExecResult> => known({ code: 0, stdout, stderr: '' })
  const cluster = {
    exec: (_namespace: string, _pod: string, { command }: { readonly command: readonly string[] }) => {
      const [, , whole = '', , , port = ''] = command
      const text =
        [askApiServer, readBackends, readNginxConf, readRefusedConf].find((it) => whole.endsWith(it)) ?? whole
      asked.push(`${text} ${port}`)
      if (text === readNginxConf) return Promise.resolve(conf ?? answer(nginxConf([web])))
      if (text === askApiServer) return Promise.resolve(answer('403'))
      return Promise.resolve(answer(text === readBackends ? backends : refused))
    },
    logs: (_namespace: string, _pod: string, about: unknown) => {
      logs.push(about)
      return Promise.resolve(
        known(
          (async function* () {
            yield* log
          })(),
        ),
      )
    },
    list: (resource: { readonly plural: string }, _where: unknown, project: (raw: RawObject) => unknown) =>
      Promise.resolve(known((resource.plural === 'ingresses' ? [rawIngress] : slices).map(project))),
  }
  return { cluster: cluster as unknown as Cluster, asked, logs }
}

const at = { exec: true, settled: () => Promise.resolve(), signal: new AbortController().signal }

describe('what a controller runs is read in its pod', () => {
  test('the plan names the pod, its container and its port, and says so', () => {
    expect(plan.specs).toMatchObject([{ pod: 'controller-1', container: 'controller', statusPort: 10_300 }])
    expect(announceIngressConfigs(plan, 'allowed')[0]).toMatch(/controller-1\) by exec, .*; no certificate, no key/)
  })

  test.each([
    ['no Ingress', { ingresses: [] }],
    ['another class', { ingresses: [{ ...web, className: 'traefik' }] }],
    ['another product', { ingressControllers: [controller({ controller: 'traefik.io/ingress-controller' })] }],
  ])('%s: nothing is planned', (_name, about) => {
    const other = planIngressConfigs(
      modelOf({ ingresses: [web], ingressClasses: [ingressClass('nginx')], ingressControllers: [own], ...about }),
    )
    expect(other.specs).toEqual([])
    expect(announceIngressConfigs(other, 'allowed')).toEqual([])
  })

  test('conf, back ends, log', async () => {
    const { cluster, asked } = stub({})
    const read = await readIngressConfigs(cluster, plan, at)
    expect(read).toMatchObject({ known: true, value: { changed: known([]) } })
    expect(read.known ? read.value.controllers : []).toMatchObject([
      {
        pod: 'controller-1',
        backends: known([{ upstream: 'shop-web-80', endpoints: ['10.2.1.5:8080'] }]),
        refused: known(null),
        log: known({ lines: 0 }),
        api: known('answers'),
      },
    ])
    expect(asked.find((it) => it.startsWith(readBackends))).toMatch(/ 10300$/)
  })

  test('a refused configuration, and whose line it is', async () => {
    const text = nginxConf([web])
    const line = text.split('\n').findIndex((it) => it.includes('proxy_read_timeout')) + 1
    const log = [
      'E1128 10:56:37.1       7 controller.go:208] Unexpected failure reloading the backend:',
      `nginx: [emerg] "proxy_read_timeout" directive is duplicate in /tmp/nginx/nginx-cfg1:${line}`,
    ]
    const read = await readIngressConfigs(stub({ refused: text, log }).cluster, plan, at)
    expect(read.known ? read.value.controllers[0]?.refused : null).toEqual(
      known({
        line,
        directive: 'proxy_read_timeout',
        host: 'web.example.com',
        path: '/',
        ingress: { namespace: 'shop', name: 'web' },
      }),
    )
  })

  test('what went wrong lately is read before anything settles, and bounded', async () => {
    const { cluster, logs } = stub({
      log: [
        '2026/11/28 10:56:37 [error] 31#31: *7 client intended to send too large body: 5242880 bytes, ' +
          'client: 10.0.0.9, server: web.example.com, request: "POST /secret HTTP/1.1", host: "web.example.com"',
      ],
    })
    let before = 0
    const settled = () => {
      before = logs.length
      return Promise.resolve()
    }
    const read = await readIngressConfigs(cluster, plan, { ...at, settled })
    expect(before).toBe(1)
    expect(logs[0]).toMatchObject({ container: 'controller', sinceSeconds: 900, tailLines: 20_000 })
    expect(read.known ? read.value.controllers[0]?.lately : null).toMatchObject({
      value: { lines: 1, requests: [{ ingress: { name: 'web' }, trouble: 'body-too-big', times: 1 }] },
    })
    expect(JSON.stringify(read)).not.toContain('secret')
  })

  test('endpoints that moved in the meantime are named', async () => {
    const read = await readIngressConfigs(stub({ slices: [rawSlice('10.2.1.9')] }).cluster, plan, at)
    expect(read).toMatchObject({ value: { changed: known([{ kind: 'Service', namespace: 'shop', name: 'web' }]) } })
  })

  test('what may not be read is unknown, with the reason', async () => {
    const forbidden = unknown('forbidden', 'create pods/exec in ingress-nginx')
    expect(await readIngressConfigs(stub({ conf: forbidden }).cluster, plan, at)).toEqual(forbidden)
    const cut = await readIngressConfigs(
      stub({ conf: known({ code: 0, stdout: `${nginxConf([web])}\n#${'x'.repeat(8 * 2 ** 20)}`, stderr: '' }) })
        .cluster,
      plan,
      at,
    )
    expect(cut.known ? cut.value.controllers[0]?.conf : null).toMatchObject({ value: { complete: false } })
  })

  test('--no-exec sends no request', async () => {
    const { cluster, asked } = stub({})
    expect(await readIngressConfigs(cluster, plan, { ...at, exec: false })).toMatchObject({
      known: false,
      why: { reason: 'not-asked', detail: 'left out by --no-exec' },
    })
    expect(asked).toEqual([])
  })

  test('no script reads a certificate, a key, or a file of secrets', () => {
    for (const it of [askApiServer, readNginxConf, readF5Conf, readBackends, readRefusedConf])
      expect(it).not.toMatch(/certs|\.pem|\.key|\/ssl|\/secrets|\/auth|configuration\/servers/)
  })
})
