import { expect, test } from 'vitest'
import { subject } from '../../model/subject.ts'
import type { SeenIn } from '../../relations/dns/inside-pods.ts'
import { inWhom, seenIn, seenInPart, whose } from './inside-words.ts'

const web = subject('Deployment', 'shop', 'web')

test.each<readonly [SeenIn, string, string, string]>([
  [{ inPods: ['a'], inContainers: [], lookedInto: 1 }, 'pod a', '', 'Deployment shop/web'],
  [
    { inPods: ['a'], inContainers: ['vpn'], lookedInto: 1 },
    'container vpn of pod a',
    ' · container vpn of pod a',
    'Container vpn of Deployment shop/web',
  ],
  [
    { inPods: ['a'], inContainers: ['app', 'vpn'], lookedInto: 1 },
    'containers app, vpn of pod a',
    ' · containers app, vpn of pod a',
    'Deployment shop/web',
  ],
  [
    { inPods: ['a'], inContainers: [], lookedInto: 3 },
    'pod a, 1 of 3 looked into',
    ' · pod a, 1 of 3 looked into',
    'Pod a of Deployment shop/web',
  ],
  [
    { inPods: ['a', 'b'], inContainers: ['vpn'], lookedInto: 3 },
    'container vpn of pods a, b, 2 of 3 looked into',
    ' · container vpn of pods a, b, 2 of 3 looked into',
    'Container vpn of Deployment shop/web',
  ],
  [{ inPods: ['a', 'b'], inContainers: [], lookedInto: 2 }, 'each of 2 pods looked into', '', 'Deployment shop/web'],
])('%o', (args, all, part, who) => {
  expect(seenIn(args)).toBe(all)
  expect(seenInPart(args)).toBe(part)
  expect(whose(web, args)).toBe(who)
})

test('a pod that nobody owns is named once', () => {
  const args = { inPods: ['a'], inContainers: ['vpn'], lookedInto: 1 }
  expect(inWhom(subject('Pod', 'shop', 'a'), args)).toBe('container vpn of Pod shop/a')
})
