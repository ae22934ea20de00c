import { beside, ingressRoute } from '../../../test/build/beside.ts'
import { controller } from '../../../test/build/ingress.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import type { Beside, IngressRoute, TlsOption } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'
import { unknown } from '../../model/known.ts'
import check from './tls-options-broken.ts'

const traefik = (across: 'yes' | 'no' | 'unsure' = 'no'): IngressController =>
  controller({
    controller: 'traefik.io/ingress-controller',
    crd: { watches: null, className: null, acrossNamespaces: across, externalNames: 'no' },
  })
const option = (about: Partial<TlsOption> = {}): TlsOption => ({
  namespace: 'shop',
  name: 'modern',
  authorities: [],
  ...about,
})
const naming = (name: string, namespace: string | null = null): Partial<IngressRoute> => ({
  tls: { secret: null, options: { namespace, name } },
})
const given = (
  route: Partial<IngressRoute>,
  tlsOptions: readonly TlsOption[],
  about: Partial<Beside> = {},
  ...controllers: readonly IngressController[]
) => ({
  beside: beside({ ingressRoutes: [ingressRoute([['web', 80]], route)], tlsOptions, ...about }),
  ingressControllers: controllers.length === 0 ? [traefik()] : controllers,
})
const held = (...names: readonly string[]): Partial<Beside> => ({
  secrets: {
    namespace: null,
    held: names.map((name) => ({ namespace: 'shop', name, keys: ['ca.crt'], type: 'Opaque', certificate: null })),
  },
})
const on = { subject: 'IngressRoute/shop/web', severity: 'error', confidence: 'inferred' } as const
const mutual = option({ verifies: true, authorities: ['ca'] })

describeCheck(check, [
  {
    it: 'others are there, and not this one',
    given: given(naming('modem'), [option()]),
    expect: [{ ...on, args: { why: 'missing', there: ['modern'] } }],
  },
  {
    it: 'none is in the file',
    given: given(naming('modern'), []),
    expect: [{ ...on, severity: 'warning', confidence: 'possible', args: { why: 'missing' } }],
  },
  {
    it: 'of another namespace',
    given: given(naming('modern', 'edge'), [option({ namespace: 'edge' })]),
    expect: [{ ...on, args: { why: 'other-namespace' } }],
  },
  {
    it: 'of another namespace, which one Traefik takes',
    given: given(naming('modern', 'edge'), [option({ namespace: 'edge' })], {}, traefik(), traefik('yes')),
    expect: 'ok',
  },
  {
    it: 'of another namespace, and no Traefik is seen',
    given: { ...given(naming('modern', 'edge'), [option({ namespace: 'edge' })]), ingressControllers: [] },
    expect: 'ok',
  },
  {
    it: 'the authority of clients is missing',
    given: given(naming('modern'), [mutual], held('other')),
    expect: [{ ...on, args: { why: 'no-authority', secrets: ['ca'] } }],
  },
  {
    it: 'it verifies clients by nobody',
    given: given(naming('modern'), [option({ verifies: true })]),
    expect: [{ ...on, args: { why: 'no-authority' }, says: /names no Secret/ }],
  },
  { it: 'one of two authorities is there', given: given(naming('modern'), [mutual], held('ca')), expect: 'ok' },
  { it: 'Secrets are not known', given: given(naming('modern'), [mutual]), expect: 'ok' },
  {
    it: 'it asks for certificates, and verifies none',
    given: given(naming('modern'), [option({ authorities: ['ca'] })], held()),
    expect: 'ok',
  },
  { it: 'there', given: given(naming('modern'), [option()]), expect: 'ok' },
  { it: 'of another provider', given: given(naming('modern@file'), []), expect: 'not-applicable' },
  { it: "Traefik's own", given: given(naming('default'), []), expect: 'not-applicable' },
  { it: 'none is named', given: given({ tls: { secret: null } }, []), expect: 'not-applicable' },
  { it: 'an old recording', given: { beside: beside() }, expect: 'not-applicable' },
  {
    it: 'what is read of files is not there',
    given: modelOf({}, { beside: unknown('not-asked', 'no file') }),
    expect: 'not-applicable',
  },
])
