import { ingress } from '../../../test/build/ingress.ts'
import { container, notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ObjectStatus } from '../../model/status.ts'
import check from './maker-failed.ts'

const status = (kind: string, group: string, about: Partial<ObjectStatus> = {}): ObjectStatus => ({
  kind,
  group,
  namespace: 'shop',
  name: 'web',
  type: 'Ready',
  state: 'False',
  wrong: true,
  reason: 'Failed',
  said: 'it is refused',
  ...about,
})
const store = { kind: 'ClusterSecretStore', name: 'vault' }
const secret = status('ExternalSecret', 'external-secrets.io', { secret: 'web-db', store })
const waiting = notReady('web-1', 'x', {
  containers: [container({ waiting: 'CreateContainerConfigError', message: 'secret "web-db" not found' })],
})
const release = status('HelmRelease', 'helm.toolkit.fluxcd.io')
const routed = (to: string) => ({ ingresses: [ingress([['/', to, 80]])], services: [service('other')] })
const cluster = status('Cluster', 'postgresql.cnpg.io', { name: 'pg' })
const member = (role: string) =>
  pod('pg-1', { labels: { cluster: 'pg', role }, owner: { kind: 'Cluster', name: 'pg' } })
const led = (wanted: string) => [service('pg-rw', { selector: { cluster: 'pg', role: wanted } })]

describeCheck(check, [
  {
    it: 'pods wait for the Secret of an ExternalSecret',
    given: {
      statuses: [secret, status(store.kind, secret.group, { namespace: null, name: 'vault', said: 'Code: 403' })],
      pods: [waiting],
    },
    expect: [
      {
        subject: 'ExternalSecret/shop/web',
        severity: 'error',
        confidence: 'inferred',
        says: 'it was to make Secret `web-db`, which Deployment shop/web needs',
        args: { base: 'ClusterSecretStore vault', baseSays: '“Code: 403”' },
      },
    ],
  },
  {
    it: 'an Ingress routes to what a release was to make',
    given: { statuses: [release, { ...release, type: 'Stalled', state: 'True' }], pods: [], ...routed('web-api') },
    expect: [{ subject: 'HelmRelease/shop/web', confidence: 'possible', args: { lacks: 'web-api' } }],
  },
  {
    it: 'no member of a database is its primary',
    given: { statuses: [cluster], pods: [member('replica')], services: led('primary') },
    expect: [{ subject: 'Cluster/shop/pg', confidence: 'possible', args: { lacks: 'role=primary' } }],
  },
  { it: 'one is', given: { statuses: [cluster], pods: [member('primary')], services: led('primary') }, expect: 'ok' },
  {
    it: 'no replica',
    given: { statuses: [cluster], pods: [member('primary')], services: led('replica') },
    expect: 'ok',
  },
  { it: 'another Secret', given: { statuses: [{ ...secret, secret: 'x' }], pods: [waiting] }, expect: 'ok' },
  { it: 'a live cluster, of which no status is read', given: { pods: [waiting] }, expect: 'not-applicable' },
  { it: 'the Service is there', given: { statuses: [release], pods: [], ...routed('other') }, expect: 'ok' },
  { it: 'that of another release', given: { statuses: [release], pods: [], ...routed('cart') }, expect: 'ok' },
  {
    it: 'nothing failed',
    given: { statuses: [{ ...secret, wrong: false }], pods: [waiting] },
    expect: 'not-applicable',
  },
])
