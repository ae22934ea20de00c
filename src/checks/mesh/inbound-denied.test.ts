import { beside } from '../../../test/build/beside.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { LinkerdPolicies, LinkerdProof, LinkerdServer } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { Pod } from '../../model/pod.ts'
import check from './inbound-denied.ts'

const web = (about: Partial<Pod> = {}): Pod =>
  pod('web-1', {
    labels: { app: 'web' },
    containers: [container({ ports: [{ name: 'service', port: 7002, protocol: 'TCP' }] })],
    inboundDefault: 'deny',
    ...about,
  })
const server = (about: Partial<LinkerdServer> = {}): LinkerdServer => ({
  namespace: 'shop',
  name: 'web-http',
  selector: { app: 'web' },
  port: 'service',
  otherwise: 'deny',
  ...about,
})
const allowed = (of: 'Server' | 'Namespace' | 'other', name: string) => ({ namespace: 'shop', of, name })
const given = (
  servers: readonly LinkerdServer[],
  authorized: LinkerdPolicies['authorized'] = [],
  pods: readonly Pod[] = [web()],
) => ({
  beside: beside({ linkerd: { servers, authorized } }),
  services: [service('web', { selector: { app: 'web' }, ports: [port({ port: 80, targetPort: 7002 })] })],
  pods,
})
const meshed = pod('web-1', {
  labels: { app: 'web' },
  containers: [
    container({ ports: [{ name: 'service', port: 7002, protocol: 'TCP' }] }),
    container({ name: 'linkerd-proxy', ports: [] }),
  ],
})
const proof = (name: string): LinkerdProof => ({ kind: 'MeshTLSAuthentication', namespace: 'shop', name })
const proven = (name: string, proofs: readonly LinkerdProof[] = [proof('callers')]) => ({
  ...given([server()]),
  beside: beside({
    linkerd: {
      servers: [server()],
      authorized: [{ ...allowed('Server', 'web-http'), requires: [proof(name)] }],
      proofs,
    },
  }),
})
const found = (server: string) => [{ subject: 'Service/shop/web', confidence: 'inferred' as const, args: { server } }]

describeCheck(check, [
  { it: 'a Server and who may come in', given: given([server()], [allowed('Server', 'web-http')]), expect: 'ok' },
  {
    it: 'by the number of the port',
    given: given([server({ port: 7002 })], [allowed('Namespace', 'shop')]),
    expect: 'ok',
  },
  { it: 'by a route, which is not evaluated', given: given([server()], [allowed('other', 'get')]), expect: 'ok' },
  { it: 'a Server that lets in what nothing authorizes', given: given([server({ otherwise: 'allow' })]), expect: 'ok' },
  { it: 'no Server', given: given([]), expect: found('') },
  {
    it: 'one of another port',
    given: given([server({ port: 9000 })], [allowed('Server', 'web-http')]),
    expect: found(''),
  },
  { it: 'one of other pods', given: given([server({ selector: { app: 'db' } })]), expect: found('') },
  {
    it: 'a Server, and nobody may come in',
    given: given([server()], [allowed('Server', 'db')]),
    expect: found('web-http'),
  },
  {
    it: 'a Server where all else is let in, and nobody may come in',
    given: given([server()], [], [meshed]),
    expect: [{ subject: 'Service/shop/web', confidence: 'possible', args: { server: 'web-http', byDefault: false } }],
  },
  {
    it: 'and others may',
    given: given([server()], [allowed('Server', 'db')], [meshed]),
    expect: found('web-http'),
  },
  { it: 'no Server where all else is let in', given: given([server({ port: 9000 })], [], [meshed]), expect: 'ok' },
  {
    it: 'a Server where all else is let in, and who may come in',
    given: given([server()], [allowed('Server', 'web-http')], [meshed]),
    expect: 'ok',
  },
  {
    it: 'what proves who comes is not there',
    given: proven('web-callers'),
    expect: found('web-http'),
  },
  { it: 'and is', given: proven('callers'), expect: 'ok' },
  { it: 'its kind is not in the file', given: proven('callers', []), expect: 'ok' },
  {
    it: 'nothing of Linkerd in the file',
    given: { ...given([]), beside: beside() },
    expect: [{ subject: 'Service/shop/web', confidence: 'possible' }],
  },
  {
    it: 'a proxy that lets in',
    given: given([], [], [pod('web-1', { labels: { app: 'web' } })]),
    expect: 'not-applicable',
  },
  {
    it: 'a cluster',
    given: modelOf({ services: [], pods: [] }, { beside: unknown('not-asked', 'of files alone') }),
    expect: 'not-applicable',
  },
])
