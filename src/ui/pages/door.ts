import { markup } from '../../report/formats/markup.ts'
import { pageOf } from './layout.ts'

/**
 * The link was good. A page, and no redirect: where the link was clicked on somebody else's page, the cookie is sent
 * only from here on.
 */
export function welcomePage(path: string): string {
  return pageOf({
    title: 'opening',
    bare: true,
    again: { seconds: 0, url: path, always: true },
    body: markup`<main><h1>Opening</h1><p><a href="${path}">Go on</a></p></main>
`,
  })
}

export function outPage(why: string): string {
  return pageOf({
    title: 'not let in',
    bare: true,
    body: markup`<main><h1>Not let in</h1>
<p>${why}.</p>
<p>End <code>hopscope ui</code> where it was started, start it again, and open the link that it prints.</p></main>
`,
  })
}
