import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, quietLog } from '../../../test/build/ingress-config.ts'
import { describeCheck } from '../../../test/describe-check.ts'
import type { ControllerConfig, RefusedConf } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import check from './reload-refused.ts'

const web = ingress([['/', 'web', 80]])
const about = { ingresses: [web], ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }
const said = 'unknown directive "no_such"'
const refusing = known(quietLog({ lastLoad: 'refused', signs: [{ kind: 'refused', times: 4, said, line: 700 }] }))
const place: RefusedConf = {
  line: 700,
  directive: 'no_such',
  host: 'tools.example.com',
  path: '/',
  ingress: { namespace: 'shop', name: 'tools' },
}
const seen = (more: Partial<ControllerConfig>, live = [web]) => ({
  ...about,
  ingressConfigs: ingressConfigs(controllerConfig(live, more)),
})

describeCheck(check, [
  {
    it: 'a line of one Ingress, for which others wait',
    given: seen({ log: refusing, refused: known(place) }, []),
    expect: [
      {
        subject: 'Ingress/shop/tools',
        severity: 'error',
        confidence: 'observed',
        args: { said, refusing: 1, of: 1, waiting: 1, others: 'shop/web' },
      },
    ],
  },
  {
    it: 'a line of nobody: the ConfigMap of the controller',
    given: seen({ log: refusing, refused: known({ ...place, ingress: null, host: null, path: null }) }),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', args: { waiting: 0 } }],
  },
  {
    it: 'the file is gone, and the log says it',
    given: seen({ log: refusing }),
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', args: { said, place: 'the line is not known' } }],
  },
  {
    it: 'the log may not be read, and the file is there',
    given: seen({ log: unknown('forbidden', 'get pods/log'), refused: known({ ...place, line: null }) }),
    expect: [{ subject: 'Ingress/shop/tools' }],
  },
  {
    it: 'refused, and loaded since',
    given: seen({ log: known(quietLog({ lastLoad: 'done', signs: [{ kind: 'refused', times: 1, said }] })) }),
    expect: 'ok',
  },
  { it: 'quiet', given: seen({}), expect: 'ok' },
  {
    it: 'nothing of it could be read',
    given: seen({ log: unknown('forbidden', 'get pods/log in ingress-nginx'), refused: unknown('forbidden', 'exec') }),
    expect: 'cannot-tell',
    says: /pods\/log/,
  },
])
