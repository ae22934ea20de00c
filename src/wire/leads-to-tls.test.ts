import { expect, test } from 'vitest'
import { leadsToTls } from './leads-to-tls.ts'

const env = (value: string, name = 'ARGOCD_SERVER_INSECURE') => [{ name, value }]
const argo = ['/usr/local/bin/argocd-server']
const led = { program: 'argocd-server', port: 8080 } as const
const omnibus = "external_url 'https://git.example.com'; nginx['redirect_http_to_https'] = true"

test.each([
  ['nothing is told', { words: argo, env: [], elsewhere: [] }, led],
  ['by another port', { words: [...argo, '--port', '9090'], env: [], elsewhere: [] }, { ...led, port: 9090 }],
  ['off by the flag', { words: [...argo, '--insecure'], env: [], elsewhere: [] }, null],
  ['in a shell', { words: ['sh', '-c', 'argocd-server --insecure'], env: [], elsewhere: [] }, null],
  ['off by the map', { words: argo, env: env('true'), elsewhere: [] }, null],
  ['on by the map', { words: argo, env: env('false'), elsewhere: [] }, led],
  ['by a map that is not read', { words: argo, env: [], elsewhere: ['ARGOCD_SERVER_INSECURE'] }, null],
  ['another program of it', { words: ['argocd-repo-server'], env: [], elsewhere: [] }, null],
  ['GitLab', { words: [], env: env(omnibus, 'GITLAB_OMNIBUS_CONFIG'), elsewhere: [] }, { program: 'gitlab', port: 80 }],
  [
    'GitLab that leaves TLS to others',
    { words: [], env: env(`${omnibus}; nginx['listen_https'] = false`, 'GITLAB_OMNIBUS_CONFIG'), elsewhere: [] },
    null,
  ],
])('%s', (_, told, expected) => expect(leadsToTls(told)).toEqual(expected))
