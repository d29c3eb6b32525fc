import type { Member } from "@/lib/api/types";

export interface Mentionable {
  id: number;
  name: string;
  handle: string;
}

/** What is written after "@" for each member: the name without spaces, or the address where two are alike. */
export function handlesOf(members: readonly Member[]): Mentionable[] {
  const people = members.map(({ user }) => {
    const name = user.name.trim() || (user.email.split("@")[0] ?? "");
    return { id: user.id, name, email: user.email, handle: name.replace(/[\s@`<>]+/g, "") || user.email };
  });
  const key = (handle: string) => handle.normalize("NFC").toLowerCase();
  return people.map(({ email, ...person }) => {
    const alike = people.filter((other) => key(other.handle) === key(person.handle)).length > 1;
    return alike ? { ...person, handle: email } : person;
  });
}
