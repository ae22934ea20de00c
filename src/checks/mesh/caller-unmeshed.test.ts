import { beside } from '../../../test/build/beside.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { LinkerdPolicies, LinkerdProof, LinkerdServer } from '../../model/beside.ts'
import { unknown } from '../../model/known.ts'
import type { Container, Pod } from '../../model/pod.ts'
import check from './caller-unmeshed.ts'

const proxy = container({ name: 'linkerd-proxy', ports: [] })
const api = (name: string, others: readonly Container[] = [proxy]): Pod =>
  pod(name, {
    labels: { app: 'api' },
    containers: [container({ ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }), ...others],
  })
const web = (others: readonly Container[] = []): Pod =>
  pod('web-1', {
    labels: { app: 'web' },
    containers: [container({ calls: [{ by: 'API_URL', host: 'api', port: 80 }] }), ...others],
  })
const server = (about: Partial<LinkerdServer> = {}): LinkerdServer => ({
  namespace: 'shop',
  name: 'api-http',
  selector: { app: 'api' },
  port: 8080,
  otherwise: 'deny',
  ...about,
})
const proof = (kind: LinkerdProof['kind'] = 'MeshTLSAuthentication'): LinkerdProof => ({
  kind,
  namespace: 'shop',
  name: 'callers',
})
const authorized = (...requires: readonly LinkerdProof[]): LinkerdPolicies['authorized'][number] => ({
  namespace: 'shop',
  of: 'Server',
  name: 'api-http',
  ...(requires.length === 0 ? {} : { requires }),
})
const given = (
  pods: readonly Pod[],
  who: LinkerdPolicies['authorized'] = [authorized(proof())],
  servers: readonly LinkerdServer[] = [server()],
) => ({
  beside: beside({ linkerd: { servers, authorized: who, proofs: [proof()] } }),
  services: [service('api', { selector: { app: 'api' }, ports: [port({ port: 80, targetPort: 8080 })] })],
  pods,
})

describeCheck(check, [
  {
    it: 'a caller without a proxy',
    given: given([api('api-1'), web()]),
    expect: [
      {
        subject: 'ReplicaSet/shop/web-abc12',
        confidence: 'inferred',
        args: { service: 'shop/api', server: 'shop/api-http', by: 'API_URL' },
        says: /opens to callers of the mesh alone/,
      },
    ],
  },
  { it: 'a caller with one', given: given([api('api-1'), web([proxy])]), expect: 'ok' },
  {
    it: 'networks may come in as well',
    given: given([api('api-1'), web()], [authorized(proof()), authorized(proof('NetworkAuthentication'))]),
    expect: 'ok',
  },
  {
    it: 'from a network, and of the mesh',
    given: given([api('api-1'), web()], [authorized(proof('NetworkAuthentication'), proof())]),
    expect: [{ subject: 'ReplicaSet/shop/web-abc12' }],
  },
  { it: 'one that asks for nothing', given: given([api('api-1'), web()], [authorized()]), expect: 'ok' },
  { it: 'nobody may come in: MSH810', given: given([api('api-1'), web()], []), expect: 'ok' },
  {
    it: 'a Server that lets in whom nothing authorizes',
    given: given([api('api-1'), web()], [authorized(proof())], [server({ otherwise: 'allow' })]),
    expect: 'not-applicable',
  },
  {
    it: 'a Server of another port',
    given: given([api('api-1'), web()], [authorized(proof())], [server({ port: 9090 })]),
    expect: 'not-applicable',
  },
  {
    it: 'one of its pods has no proxy, and asks nobody',
    given: given([api('api-1'), api('api-2', []), web()]),
    expect: 'not-applicable',
  },
  { it: 'nobody calls it', given: given([api('api-1')]), expect: 'not-applicable' },
  { it: 'a file without Servers', given: { ...given([api('api-1'), web()]), beside: beside() }, expect: 'cannot-tell' },
  { it: 'no proxy at all', given: { ...given([api('api-1', []), web()]), beside: beside() }, expect: 'not-applicable' },
  { it: 'no Server', given: given([api('api-1'), web()], [], []), expect: 'not-applicable' },
  {
    it: 'pods could not be listed',
    given: modelOf(given([]), { pods: unknown('forbidden', 'list pods in shop') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
