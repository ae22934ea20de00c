import { expect, test } from 'vitest'
import { gceTlsOf, managedCertificatesOf } from './gce-annotations.ts'

test.each([
  [{}, undefined],
  [{ 'cloud.google.com/app-protocols': '{"https":"HTTPS","http":"HTTP","rpc":"HTTP2"}' }, ['https', 'rpc']],
  [{ 'service.alpha.kubernetes.io/app-protocols': '{"https":"HTTPS"}' }, ['https']],
  [{ 'cloud.google.com/app-protocols': '{"http":"HTTP"}' }, undefined],
  [{ 'cloud.google.com/app-protocols': 'HTTPS' }, ['*']],
])('%j', (annotations, expected) => {
  expect(gceTlsOf(annotations as Readonly<Record<string, string>>).gceTls).toEqual(expected)
})

test('managed certificates of an Ingress', () => {
  const of = (said: string) => managedCertificatesOf({ 'networking.gke.io/managed-certificates': said })
  expect(of('shop, api ,')).toEqual({ managedCertificates: ['shop', 'api'] })
  expect(of('')).toEqual({})
})
