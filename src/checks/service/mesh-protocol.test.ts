import { container, pod } from '../../../test/build/pod.ts'
import { port, service } from '../../../test/build/service.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { unknown } from '../../model/known.ts'
import type { ServicePort } from '../../model/service.ts'
import check from './mesh-protocol.ts'

const meshed = pod('db-1', { containers: [container(), container({ name: 'istio-proxy' })] })
const of = (image: string) => pod('db-1', { containers: [container({ image }), container({ name: 'istio-proxy' })] })
const db = (about: Partial<ServicePort>, name = 'db') =>
  service(name, { selector: { app: 'db' }, ports: [port({ port: 3306, targetPort: 3306, ...about })] })
const given = (...services: readonly ReturnType<typeof service>[]) => ({ services, pods: [meshed] })

describeCheck(check, [
  {
    it: 'MySQL, and the port does not say so',
    given: given(db({ name: 'main' })),
    expect: [{ subject: 'Service/shop/db', confidence: 'possible', args: { is: 'unnamed' } }],
  },
  {
    it: 'two Services say two things of one port',
    given: given(db({ name: 'tcp-db' }), db({ name: 'http-db' }, 'web')),
    expect: [
      { subject: 'Service/shop/db', confidence: 'inferred', args: { is: 'twice', protocol: 'tcp', others: 'http' } },
    ],
  },
  {
    it: 'MySQL by a port that says http',
    given: { services: [db({ name: 'http-mysql', targetPort: 3306 })], pods: [of('docker.io/library/mysql:8.4')] },
    expect: [{ subject: 'Service/shop/db', confidence: 'inferred', args: { is: 'as-http', other: 'mysql' } }],
  },
  {
    it: 'pages on the same number by another program',
    given: { services: [db({ name: 'http-web' })], pods: [of('docker.io/library/nginx:1.27')] },
    expect: 'ok',
  },
  {
    it: 'numbers about MySQL on a port of their own',
    given: {
      services: [db({ name: 'http-metrics', port: 9104, targetPort: 9104 })],
      pods: [of('prom/mysqld-exporter:v1')],
    },
    expect: 'ok',
  },
  { it: 'its name says it', given: given(db({ name: 'mysql' })), expect: 'ok' },
  { it: 'appProtocol says it', given: given(db({ name: 'main', appProtocol: 'tcp' })), expect: 'ok' },
  { it: 'the client speaks first', given: given(db({ name: 'main', port: 80, targetPort: 8080 })), expect: 'ok' },
  { it: 'both say the same', given: given(db({ name: 'tcp-a' }), db({ name: 'tcp-b' }, 'web')), expect: 'ok' },
  { it: 'no sidecar', given: { services: [db({ name: 'main' })], pods: [pod('db-1')] }, expect: 'not-applicable' },
  {
    it: 'pods forbidden',
    given: modelOf({ services: [db({ name: 'main' })] }, { pods: unknown('forbidden', 'list pods') }),
    expect: 'cannot-tell',
    says: /no permission/,
  },
])
