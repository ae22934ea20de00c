import { beside, tlsSecret } from '../../../test/build/beside.ts'
import { ingress } from '../../../test/build/ingress.ts'
import { mesh } from '../../../test/build/istio.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { Beside, IssuerName, WantedCertificate } from '../../model/beside.ts'
import type { Ingress } from '../../model/ingress.ts'
import type { Sources } from '../../model/sources.ts'
import type { ObjectStatus } from '../../model/status.ts'
import check from './certificate-not-issued.ts'

const web = (about: Partial<Ingress> = {}): Ingress =>
  ingress([['/', 'web', 80]], { tls: [{ hosts: ['web.example.com'], secret: 'web-tls' }], ...about })
const certificate: WantedCertificate = {
  namespace: 'shop',
  name: 'web',
  secret: 'web-tls',
  hosts: ['web.example.com'],
  issuer: { kind: 'Issuer', name: 'letsencrypt' },
}
const cluster: IssuerName = { kind: 'ClusterIssuer', namespace: null, name: 'letsencrypt' }
const status = (about: Partial<ObjectStatus>): ObjectStatus => ({
  kind: 'Certificate',
  group: 'cert-manager.io',
  namespace: 'shop',
  name: 'web',
  type: 'Ready',
  state: 'False',
  wrong: true,
  reason: 'DoesNotExist',
  said: '',
  ...about,
})
const request = status({ kind: 'CertificateRequest', name: 'web-1', reason: 'Pending', said: 'quota exceeded' })
const given = (
  issuerNames: readonly IssuerName[],
  statuses: readonly ObjectStatus[],
  more: Partial<Beside> = {},
): Partial<Sources> => ({
  ingresses: [web()],
  ingressClasses: [],
  ingressControllers: [],
  gateways: [],
  httpProxies: [],
  mesh: mesh(),
  statuses,
  beside: beside({ certificates: [certificate], issuerNames, ...more }),
})
const managed = (...statuses: readonly ObjectStatus[]): Partial<Sources> => ({
  ...given([], statuses),
  ingresses: [web({ tls: [], managedCertificates: ['web'] })],
})
const ofGke = status({
  kind: 'ManagedCertificate',
  group: 'networking.gke.io',
  type: 'certificateStatus',
  reason: 'Provisioning',
  said: 'web.example.com: FailedNotVisible',
})
const on = 'Ingress/shop/web'

describeCheck(check, [
  {
    it: 'an Issuer is named, and a ClusterIssuer of that name is there',
    given: given([cluster], [status({})]),
    expect: [{ subject: on, severity: 'warning', args: { is: 'kind', other: 'ClusterIssuer' } }],
  },
  {
    it: 'the issuer is there, and the request says why not',
    given: given([{ ...cluster, kind: 'Issuer', namespace: 'shop' }], [status({}), request]),
    expect: [{ subject: on, args: { is: 'said' }, says: /quota exceeded/ }],
  },
  {
    it: 'an Issuer of another namespace is nothing to it, and the request is of another Certificate',
    given: given([{ ...cluster, kind: 'Issuer', namespace: 'cart' }], [status({}), { ...request, name: 'web-api-1' }]),
    expect: 'ok',
  },
  { it: 'it is ready', given: given([cluster], [status({ state: 'True', wrong: false })]), expect: 'ok' },
  {
    it: 'the Secret is there',
    given: given([cluster], [status({})], { secrets: { namespace: null, held: [tlsSecret(['web.example.com'])] } }),
    expect: 'ok',
  },
  { it: 'it has just begun', given: given([], [status({ wrong: false })]), expect: 'ok' },
  {
    it: 'GKE has not issued it',
    given: managed(ofGke),
    expect: [{ subject: on, args: { is: 'gke' }, says: /is Provisioning \(web\.example\.com: FailedNotVisible\)/ }],
  },
  { it: 'GKE has', given: managed(status({ ...ofGke, state: 'True', wrong: false, reason: 'Active' })), expect: 'ok' },
  { it: 'a ManagedCertificate that the file does not hold', given: managed(), expect: 'not-applicable' },
  { it: 'nobody issues', given: given([], [], { certificates: [] }), expect: 'not-applicable' },
])
