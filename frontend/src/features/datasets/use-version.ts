import { useQuery } from "@tanstack/react-query";
import type { DatasetVersion } from "@/lib/api/types";
import { useNumberParam } from "@/lib/use-params";
import { useSearchState } from "@/lib/use-search-state";
import { versionsQuery } from "./queries";

interface ChosenVersion {
  isPending: boolean;
  versions: DatasetVersion[];
  /** The one in the address (`?version=`), else the newest ready one. */
  chosen: DatasetVersion | undefined;
}

export function useChosenVersion(): ChosenVersion {
  const datasetId = useNumberParam("datasetId");
  const [search] = useSearchState();
  const query = useQuery(versionsQuery(datasetId));
  const versions = query.data ?? [];
  const ready = versions.filter((each) => each.state === "ready").sort((a, b) => b.number - a.number);
  const wanted = versions.find((each) => String(each.number) === search.version);
  return { isPending: query.isPending, versions, chosen: wanted ?? ready[0] };
}
