import { expect, test } from 'vitest'
import { isTraefikBefore } from './traefik-release.ts'

test.each([
  ['docker.io/traefik:v2.0.2', 'yes'],
  ['traefik:1.7', 'yes'],
  ['traefik:v2.4.9', 'yes'],
  ['traefik:v2.4.10', 'no'],
  ['traefik:2.4.14-windowsservercore', 'no'],
  ['traefik:2.4', 'unsure'],
  ['rancher/mirrored-library-traefik:2.11.8', 'no'],
  ['traefik:v3', 'no'],
  ['traefik:latest', 'no'],
  ['example.com/proxy@sha256:0', 'no'],
])('%s is before 2.4.10: %s', (image, expected) => {
  expect(isTraefikBefore(image, [2, 4, 10])).toBe(expected)
})
