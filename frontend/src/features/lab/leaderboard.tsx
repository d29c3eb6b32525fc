import { Badge, Icon, Link, Section, Table, Td, Th, Tooltip } from "@/components/ui";
import { cx } from "@/lib/cx";
import { formatCount } from "@/lib/format";
import { paths } from "@/lib/paths";
import { useProject } from "@/lib/session";
import type { LabArm, LabResults } from "./api";
import { Difference, DifferenceScale } from "./difference";
import { inOrder, l2Words, percentWithError, points, scaleOf, VERDICTS } from "./results";

const COLUMNS = 6;

/** Every arm with its accuracy and its difference to the raw labels; controls stand apart. */
export function Leaderboard({ results }: { results: LabResults }) {
  const { raw, recipes, controls } = inOrder(results.arms);
  const scale = scaleOf(results.arms);
  const line = (arm: LabArm) => <ArmLine key={arm.key} arm={arm} scale={scale} />;
  return (
    <Section title="Accuracy on the gold pairs">
      <Table caption="Accuracy of each arm">
        <thead>
          <tr>
            <Th>Trained on</Th>
            <Th numeric>Pairs kept</Th>
            <Th numeric>Accuracy ± error</Th>
            <Th className="w-[32%] min-w-56 py-1">
              Difference to raw labels, points
              <DifferenceScale scale={scale} />
            </Th>
            <Th>Verdict (95 %)</Th>
            <Th numeric>Tuned L2</Th>
          </tr>
        </thead>
        <tbody>
          {raw.map(line)}
          {recipes.map(line)}
        </tbody>
        {controls.length > 0 && (
          <tbody className="bg-subtle text-muted">
            <tr>
              <th
                colSpan={COLUMNS}
                scope="rowgroup"
                className="border-b border-line pt-4 pb-1.5 text-left text-xs font-medium text-muted"
              >
                Controls: what a recipe must be better than, and what could be had at most
              </th>
            </tr>
            {controls.map(line)}
          </tbody>
        )}
      </Table>
    </Section>
  );
}

function ArmLine({ arm, scale }: { arm: LabArm; scale: { low: number; high: number } }) {
  const project = useProject();
  const isControl = arm.kind === "random" || arm.kind === "oracle";
  return (
    <tr>
      <th
        scope="row"
        className={cx("border-b border-line px-2 py-1.5 text-left font-normal", isControl ? "pl-3" : "pl-0")}
      >
        {arm.kind === "recipe" && arm.recipe !== null ? (
          <Link to={paths.recipe(project.id, arm.recipe)} className="font-medium text-fg">
            {arm.name}
          </Link>
        ) : (
          <span className={isControl ? undefined : "font-medium"}>{arm.name}</span>
        )}
        {!arm.converged && (
          <span className="block text-sm text-danger">Training did not settle: do not trust this line.</span>
        )}
      </th>
      <Td numeric>{formatCount(arm.pairs_available)}</Td>
      <Td numeric>{percentWithError(arm.accuracy)}</Td>
      <Td className="py-0!">
        <Difference name={arm.name} versus={arm.versus_raw} scale={scale} quiet={isControl} />
      </Td>
      <Td>
        <Verdict arm={arm} />
      </Td>
      <Td numeric>
        <span className="inline-flex items-center gap-1">
          {arm.l2_at_edge && <EdgeWarning />}
          {l2Words(arm.l2)}
        </span>
      </Td>
    </tr>
  );
}

const TONES = { helps: "ok", no_measurable_difference: "neutral", hurts: "danger" } as const;
const SIGNS = { helps: "check", no_measurable_difference: undefined, hurts: "warning" } as const;

function Verdict({ arm }: { arm: LabArm }) {
  const { versus_raw: versus } = arm;
  if (!versus) return <span className="text-sm text-muted">The baseline</span>;
  return (
    <span className="flex flex-col items-start gap-0.5">
      <Badge tone={TONES[versus.verdict]} icon={SIGNS[versus.verdict]}>
        {VERDICTS[versus.verdict]}
      </Badge>
      <span className="num text-sm whitespace-nowrap text-muted">
        {points(versus.difference)} ({points(versus.low)} to {points(versus.high)})
      </span>
    </span>
  );
}

function EdgeWarning() {
  const text =
    "The best regularisation lay at the edge of what was tried: there may be too little to learn from the features.";
  return (
    <Tooltip text={text}>
      <button type="button" aria-label={text} className="inline-flex rounded-sm text-warn">
        <Icon name="warning" />
      </button>
    </Tooltip>
  );
}
