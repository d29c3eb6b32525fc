import { useQuery } from "@tanstack/react-query";
import { Problem } from "@/components/schema-form";
import { Checkbox, Link } from "@/components/ui";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import { principlesQuery } from "./api";

/** Which principles of the library it judges by; it always takes their newest version. */
export function PrincipleChoice({
  chosen,
  problem,
  onChange,
}: {
  chosen: number[];
  problem: string | undefined;
  onChange: (chosen: number[]) => void;
}) {
  const project = useProject();
  const principles = useQuery(principlesQuery(project.id));
  const all = principles.data ?? [];
  const toggle = (id: number, on: boolean) => {
    const next = on ? [...chosen, id] : chosen.filter((each) => each !== id);
    // In the library's order: the order of clicks makes no other judge.
    const places = all.map((each) => each.id);
    onChange(next.sort((a, b) => places.indexOf(a) - places.indexOf(b)));
  };
  return (
    <fieldset>
      <legend className="font-medium">
        Principles<span className="ms-1.5 font-normal text-faint">optional</span>
      </legend>
      <p className="mb-1 max-w-[72ch] text-sm text-muted">
        It goes by the newest version of each, on the rows they are about, and every verdict names them.
      </p>
      <div className="flex max-h-56 flex-col gap-1.5 overflow-y-auto py-1 ps-0.5">
        {all.map((principle) => (
          <Checkbox
            key={principle.id}
            label={
              <>
                <bdi>{principle.title}</bdi>
                <span className="num ms-2 text-sm text-muted">v{principle.version}</span>
              </>
            }
            checked={chosen.includes(principle.id)}
            onChange={(event) => toggle(principle.id, event.target.checked)}
          />
        ))}
        {principles.error && <p className="text-sm text-danger">The library could not be read.</p>}
        {principles.data && all.length === 0 && (
          <p className="text-sm text-muted">
            The library is empty. Write one under <Link to={paths.principles(project.id)}>Principles</Link>.
          </p>
        )}
      </div>
      <Problem text={problem} />
    </fieldset>
  );
}
