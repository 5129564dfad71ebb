import type { HttpReply, HttpRequest } from '../http-server.js';

const COOKIE = /(?:^|;\s*)session=([^;]*)/;

/** Who the request's cookie says is logged in; null for nobody. */
export function userOf({ headers }: HttpRequest): string | null {
  const cookies = [headers.cookie ?? []].flat().join('; ');
  const value = COOKIE.exec(cookies)?.[1] ?? '';
  return value === '' ? null : decoded(value);
}

/** Logs in whoever the form names; nobody is asked for a password. */
export function logIn({ body }: HttpRequest): HttpReply {
  const user = new URLSearchParams(body).get('username') ?? '';
  return backToThePage(`session=${encodeURIComponent(user)}; Path=/; HttpOnly; SameSite=Lax`);
}

export function logOut(): HttpReply {
  return backToThePage('session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax');
}

function backToThePage(cookie: string): HttpReply {
  return { status: 302, headers: { location: '/productpage', 'set-cookie': cookie }, body: '' };
}

/** A cookie that was not written here stands for itself. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
