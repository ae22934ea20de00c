import { describe, expect, test } from 'vitest'
import { controller, ingress, ingressClass } from '../../../test/build/ingress.ts'
import { controllerConfig, ingressConfigs, quietLog } from '../../../test/build/ingress-config.ts'
import { namespace } from '../../../test/build/policy.ts'
import { describeCheck, modelOf } from '../../../test/describe-check.ts'
import { diagnose } from '../../engine.ts'
import type { ControllerConfig, RefusedConf } from '../../model/ingress-config.ts'
import { known, unknown } from '../../model/known.ts'
import check from './reload-refused.ts'

const web = ingress([['/', 'web', 80]])
const tools = ingress([['/', 'tools', 80]], { name: 'tools' })
const about = { ingresses: [web, tools], ingressClasses: [ingressClass('nginx')], ingressControllers: [controller()] }
const said = 'unknown directive "no_such"'
const refusing = known(quietLog({ lastLoad: 'refused', signs: [{ kind: 'refused', times: 4, said, line: 700 }] }))
const place: RefusedConf = {
  line: 700,
  directive: 'no_such',
  host: 'tools.example.com',
  path: '/',
  ingress: { namespace: 'shop', name: 'tools' },
}
const broken: RefusedConf = { line: 451, directive: 'location', host: 'web.example.com', path: null, ingress: null }
const elsewhere = { ...place, ingress: { namespace: 'ops', name: 'tools' } }
const seen = (more: Partial<ControllerConfig>, live = [web, tools]) => ({
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
        args: { said, refusing: 1, of: 1, waiting: 2, others: 'shop/web' },
      },
    ],
  },
  {
    it: "a path that breaks its own location's line: the one Ingress of the host that has such a path",
    given: {
      ...seen({ log: refusing, refused: known(broken) }, []),
      ingresses: [web, ingress([["/esc';x'", 'web', 80]], { name: 'evil' })],
    },
    expect: [
      {
        subject: 'Ingress/shop/evil',
        severity: 'error',
        args: { culprit: 'there', waiting: 2, others: 'shop/web' },
        says: /2 Ingresses wait$/,
      },
    ],
  },
  {
    it: 'two have one: nobody is blamed',
    given: {
      ...seen({ log: refusing, refused: known(broken) }, [web]),
      ingresses: [ingress([['/a b', 'web', 80]], { name: 'a' }), ingress([['/{x}', 'web', 80]], { name: 'b' })],
    },
    expect: [{ subject: 'Pod/ingress-nginx/controller-1', args: { culprit: 'nobody' } }],
  },
  {
    it: 'one waits',
    given: { ...seen({ log: refusing, refused: known(place) }, []), ingresses: [tools] },
    expect: [{ subject: 'Ingress/shop/tools', args: { waiting: 1 }, says: /1 Ingress waits$/ }],
  },
  {
    it: 'the Ingress is there, and nothing waits yet',
    given: seen({ log: refusing, refused: known(place) }, [web, tools]),
    expect: [{ subject: 'Ingress/shop/tools', severity: 'error', args: { culprit: 'there', waiting: 0 } }],
  },
  {
    it: 'the Ingress is gone, and nothing waits: the refusal is over',
    given: { ...seen({ log: refusing, refused: known(place) }), ingresses: [web] },
    expect: [{ subject: 'Ingress/shop/tools', severity: 'info', args: { culprit: 'gone', waiting: 0 } }],
  },
  {
    it: 'the Ingress is gone, and others wait all the same',
    given: { ...seen({ log: refusing, refused: known(place) }, []), ingresses: [web] },
    expect: [{ subject: 'Ingress/shop/tools', severity: 'error', args: { culprit: 'gone', waiting: 1 } }],
  },
  {
    it: 'its namespace is gone, and another one was asked about',
    given: { ...seen({ log: refusing, refused: known(elsewhere) }), namespaces: [namespace('shop')] },
    scope: { namespace: 'shop' },
    expect: [{ subject: 'Ingress/ops/tools', severity: 'info', args: { culprit: 'gone' } }],
  },
  {
    it: 'its namespace was not read',
    given: { ...seen({ log: refusing, refused: known(elsewhere) }), namespaces: [namespace('shop'), namespace('ops')] },
    scope: { namespace: 'shop' },
    expect: [{ subject: 'Ingress/ops/tools', severity: 'warning', args: { culprit: 'unseen' } }],
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

describe('what the help names', () => {
  const prefix = 'nginx.ingress.kubernetes.io/'
  const of = (directive: string, error: string, annotated: readonly string[]) => {
    const its = { ...tools, annotated: annotated.map((it) => prefix + it) }
    const log = known(quietLog({ lastLoad: 'refused', signs: [{ kind: 'refused', times: 1, said: error, line: 1 }] }))
    const given = seen({ log, refused: known({ ...place, directive }) }, [])
    const { results } = diagnose(modelOf({ ...given, ingresses: [web, its] }), { checks: [check] })
    return results.flatMap((it) => it.findings.map((one) => check.words.help(one)[0]))
  }
  test.each([
    [
      'a rewrite, and no snippet',
      of('rewrite', 'unknown "x" variable', ['rewrite-target', 'proxy-body-size']),
      `fix or remove ${prefix}rewrite-target: the line begins with \`rewrite\``,
    ],
    [
      'a value that goes on in the next line',
      of('no_such', 'unknown directive "no_such"', ['rewrite-target']),
      `fix or remove ${prefix}rewrite-target: the line begins with \`no_such\``,
    ],
    [
      'a snippet beside it',
      of('no_such', 'unknown directive "no_such"', ['configuration-snippet', 'rewrite-target']),
      `fix or remove ${prefix}configuration-snippet: the line begins with \`no_such\``,
    ],
    [
      'no annotation is known',
      of('rewrite', 'unknown "x" variable', []),
      'remove what brought in the line that begins with `rewrite`: an annotation, a snippet, a path, or the ConfigMap ' +
        'of the controller',
    ],
    [
      'a path that is an expression, and a bad one',
      of('location', 'pcre2_compile() failed: missing closing parenthesis in "^/a("', ['use-regex']),
      'fix or remove the path: it is no regular expression that nginx takes',
    ],
    [
      'a path that breaks the line',
      of('location', 'invalid number of arguments in "location" directive', []),
      'fix or remove the path: nginx takes what it holds for more than one word',
    ],
  ])('%s', (_, help, expected) => expect(help).toEqual([expected]))
})
