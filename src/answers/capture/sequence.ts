/** How far one sequence number is after another: they wrap (RFC 9293, 3.4). */
export function after(one: number, other: number): number {
  return (one - other) | 0
}
