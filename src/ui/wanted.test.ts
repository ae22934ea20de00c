import { expect, test } from 'vitest'
import { commandOf, wantedOf } from './wanted.ts'

const sent = (text: string): URLSearchParams => new URLSearchParams(text)

test.each([
  ['ask=dns&namespace=', 'hopscope diagnose dns'],
  ['ask=dns&namespace=shop&how=probe', 'hopscope diagnose dns -n shop --probe'],
  ['ask=service&namespace=shop&target=cart', 'hopscope diagnose svc/cart -n shop'],
  ['ask=service&namespace=shop&target=deploy/cart', 'hopscope diagnose deploy/cart -n shop'],
  ['ask=ingress&namespace=&target=https://a.example/b?c=d', "hopscope diagnose 'https://a.example/b?c=d'"],
  ['ask=ingress&namespace=&target=web&how=node', 'hopscope diagnose ingress/web --node-access'],
  ['ask=trace&namespace=shop&from=pod/a&to=svc/b:80', 'hopscope trace pod/a svc/b:80 -n shop'],
  ['ask=everything&namespace=shop', 'hopscope diagnose -n shop'],
  ['ask=everything&namespace=shop&all=yes', 'hopscope diagnose -A'],
  ["ask=service&namespace=&target=a'; rm -r $HOME", String.raw`hopscope diagnose 'svc/a'\''; rm -r $HOME'`],
])('%s is %s', (form, expected) => expect(commandOf(wantedOf(sent(form), true))).toBe(expected))

test.each([
  ['ask=service&namespace=&target=', 'say which one'],
  ['ask=trace&namespace=&from=pod/a&to=%20', 'say where it ends: svc/db:5432'],
  ['ask=fix&namespace=', 'this is no form of this page'],
  ['', 'this is no form of this page'],
  ['ask=dns&namespace=&kubeconfig=/etc/passwd', 'this is no form of this page'],
  ['ask=dns&ask=dns&namespace=', 'this is no form of this page'],
  ['ask=dns&namespace=&how=apply', 'this is no form of this page'],
  [`ask=service&namespace=&target=${'a'.repeat(2001)}`, 'this is no form of this page'],
])('%s is none', (form, expected) => expect(() => wantedOf(sent(form), true)).toThrow(expected))

test.each(['probe', 'node'])('a page that reads only refuses %s', (how) =>
  expect(() => wantedOf(sent(`ask=dns&namespace=&how=${how}`), false)).toThrow('started to read only'),
)
