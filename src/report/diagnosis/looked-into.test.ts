import { expect, test } from 'vitest'
import { insideView } from '../../../test/build/dns.ts'
import { cluster } from '../../../test/build/dns-faults.ts'
import { container, pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import type { InsideView } from '../../model/inside.ts'
import { unknown } from '../../model/known.ts'
import { examined } from './examined.ts'
import { lookedAt } from './looked-at.ts'

const of = (...names: readonly string[]) => ({ containers: names.map((name) => container({ name })) })
const pods = [pod('web-1', of('app', 'proxy', 'agent')), pod('web-2', of('app', 'proxy')), pod('web-3')]
const noShell = { lookup: unknown('not-there', 'the container has no shell') }
const view = (name: string, container_: string, about: Partial<InsideView> = {}) =>
  insideView(name, { container: container_, ...about })

test.each<readonly [string, readonly InsideView[], string, number]>([
  [
    'one container each',
    [view('web-1', 'app'), view('web-3', 'app')],
    '2 of 3 pods, in one container of several in 1',
    2,
  ],
  [
    'two of three, and one of two',
    [view('web-1', 'app'), view('web-1', 'proxy'), view('web-2', 'app'), view('web-2', 'proxy', noShell)],
    '2 of 3 pods, in 3 of the 5 containers of 2',
    2,
  ],
  [
    'all of them',
    [...['app', 'proxy', 'agent'].map((it) => view('web-1', it)), view('web-2', 'app'), view('web-2', 'proxy')],
    '2 of 3 pods',
    2,
  ],
])('%s: pods are counted, and containers that nobody looked into', (_, insideViews, said, count) => {
  const model = modelOf({ pods, insideViews, dnsProbe: cluster().dnsProbe })
  expect(
    lookedAt(model)
      .split('; ')
      .find((it) => it.includes('asked from')),
  ).toMatch(new RegExp(String.raw`and inside ${said}$`))
  expect(examined(model).podsLookedInto).toBe(count)
})
