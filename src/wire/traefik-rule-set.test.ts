import { expect, test } from 'vitest'
import { ruleForm } from './traefik-rule-set.ts'

test.each([
  ['Host(`a.io`)', 'product'],
  ['Host(`a.io`, `b.io`) && PathPrefix(`/x`)', 'product'],
  ['(Host(`a.io`) || Host("b.io")) && (Path(`/`) || PathPrefix(`/x`))', 'product'],
  ['PathPrefix(`/`) && Method(`GET`) && Header(`a`, `b`)', 'product'],
  ['Host(`a.io`) && !PathPrefix(`/x`)', 'product'],
  ['Host(`a.io`) && ClientIP(`10.0.0.0/8`)', 'product'],
  ['Host(`a.io`) || PathPrefix(`/x`)', 'mixed'],
  ['Host(`a.io`) && Path(`/x`) || Host(`b.io`) && Path(`/y`)', 'mixed'],
  ['Host(`a.io`) && Host(`b.io`)', 'mixed'],
  ['Host(`a.io`) || Method(`GET`)', 'mixed'],
  ['Path(`/x(1)`)', 'product'],
  ['(Host(`a.io`)', 'mixed'],
  ['Host(`a.io`))', 'mixed'],
  ['Host(`a.io`) &&', 'mixed'],
  ['Host(`a.io`', 'mixed'],
  ['', 'mixed'],
  ['('.repeat(100), 'mixed'],
  [`Host(\`${'a'.repeat(9000)}\`)`, 'mixed'],
])('%s: %s', (rule, expected) => expect(ruleForm(rule)).toBe(expected))
