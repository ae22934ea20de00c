import { expect, test } from 'vitest'
import { stub, trouble } from '../../../test/build/checks.ts'
import { cluster, raceOn } from '../../../test/build/dns-faults.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { checks } from '../../checks/registry.ts'
import { diagnose } from '../../engine.ts'
import { cannotTell, notApplicable, ok } from '../../findings/verdict.ts'
import { json } from './json.ts'

const diagnosis = diagnose(modelOf({}), {
  checks: [
    stub('SVC901', trouble('cart', { causes: ['x'], args: { bad: 1 } })),
    stub('ING901', trouble('web', { symptoms: ['x'] })),
    stub('POL901', cannotTell('not-asked', 'needs --probe', '--probe')),
    stub('NOD901', ok(3)),
    stub('NOD902', notApplicable('no such thing')),
  ],
})

test('the contract for scripts', () => {
  expect(json(diagnosis)).toMatchInlineSnapshot(`
    "{
      "schema": "hopscope/v1",
      "verdict": "findings",
      "headline": "cart is in trouble SVC901.",
      "started": null,
      "durationMs": null,
      "scope": {
        "namespace": null,
        "target": {
          "kind": "everything"
        },
        "level": "node"
      },
      "cluster": {
        "context": "unnamed",
        "version": "unknown",
        "tool": "unknown"
      },
      "findings": [
        {
          "id": "f1",
          "code": "SVC901",
          "slug": "stub/svc901",
          "title": "trouble SVC901",
          "severity": "error",
          "confidence": "observed",
          "subject": {
            "kind": "Service",
            "namespace": "shop",
            "name": "cart"
          },
          "text": "cart is in trouble SVC901.",
          "detail": "1 of 3 bad",
          "note": null,
          "help": [
            {
              "text": "look at it"
            },
            {
              "command": "kubectl describe SVC901"
            }
          ],
          "docs": "docs/codes/SVC901.md",
          "args": {
            "bad": 1
          },
          "numbers": {
            "bad": 1
          },
          "evidence": [],
          "causes": [
            "f2"
          ],
          "remedies": []
        }
      ],
      "explained": [
        {
          "id": "f2",
          "code": "ING901",
          "slug": "stub/ing901",
          "title": "trouble ING901",
          "severity": "error",
          "confidence": "observed",
          "subject": {
            "kind": "Service",
            "namespace": "shop",
            "name": "web"
          },
          "text": "web is in trouble ING901.",
          "detail": "1 of 3 bad",
          "note": null,
          "help": [
            {
              "text": "look at it"
            },
            {
              "command": "kubectl describe ING901"
            }
          ],
          "docs": "docs/codes/ING901.md",
          "args": {},
          "numbers": {},
          "evidence": [],
          "causes": [],
          "remedies": [],
          "cause": "f1"
        }
      ],
      "cannotTell": [],
      "notAsked": [
        {
          "code": "POL901",
          "reason": "not-asked",
          "why": "needs --probe",
          "settle": "--probe"
        }
      ],
      "crashed": [],
      "ok": [
        "NOD901"
      ],
      "ignored": [],
      "lookedAt": "",
      "examined": {
        "services": null,
        "pods": null,
        "ingresses": null,
        "nodes": null,
        "dnsServers": null,
        "namesLookedUp": null,
        "nodesLookedUpFrom": null,
        "lookups": null,
        "podsLookedInto": null,
        "servicesConnectedTo": null,
        "endpointsAskedOverHttp": null,
        "requestsThroughIngresses": null
      },
      "notApplicable": [
        "NOD902"
      ]
    }
    "
  `)
})

test.each([
  ['ok', [stub('A', ok(1))]],
  ['cannot-tell', [stub('A', ok(1)), stub('B', cannotTell('too-few', 'few'))]],
  ['findings', [stub('B', cannotTell('too-few', 'few')), stub('C', trouble('cart'))]],
  [
    'crashed',
    [
      stub('C', trouble('cart')),
      stub('D', () => {
        throw new Error('a bug')
      }),
    ],
  ],
])('the verdict is %s', (verdict, its) => {
  expect(JSON.parse(json(diagnose(modelOf({}), { checks: its })))).toMatchObject({ schema: 'hopscope/v1', verdict })
})

test('the same diagnosis gives the same bytes, ids point at what is there, and nothing is lost as undefined', () => {
  const model = modelOf(cluster({ network: raceOn('worker-2') }))
  const first = json(diagnose(model, { checks }))
  expect(json(diagnose(model, { checks }))).toBe(first)
  expect(first).not.toMatch(/undefined|NaN/)
  const out = JSON.parse(first) as {
    readonly findings: readonly { readonly id: string; readonly text: string; readonly causes: readonly string[] }[]
    readonly explained: readonly { readonly id: string; readonly cause: string }[]
  }
  const ids = new Set([...out.findings, ...out.explained].map((it) => it.id))
  expect(ids.size).toBe(out.findings.length + out.explained.length)
  for (const it of out.findings) expect(it.text).toMatch(/\.$/)
  for (const it of [...out.findings.flatMap((found) => found.causes), ...out.explained.map((found) => found.cause)])
    expect(ids).toContain(it)
})
