/** Every address of the app, in one place, so that features can link to each other without importing each other. */
type Id = number | string;

export const paths = {
  home: () => "/",
  account: () => "/account",
  projects: () => "/projects",
  newProject: () => "/projects/new",
  project: (project: Id) => `/projects/${project}`,
  members: (project: Id) => `/projects/${project}/members`,
  datasets: (project: Id) => `/projects/${project}/datasets`,
  dataset: (project: Id, dataset: Id) => `/projects/${project}/datasets/${dataset}`,
  datasetTab: (project: Id, dataset: Id, tab: "rows" | "imports" | "versions" | "signals") =>
    `/projects/${project}/datasets/${dataset}/${tab}`,
  campaigns: (project: Id) => `/projects/${project}/campaigns`,
  newCampaign: (project: Id) => `/projects/${project}/campaigns/new`,
  campaign: (project: Id, campaign: Id) => `/projects/${project}/campaigns/${campaign}`,
  campaignQuestions: (project: Id, campaign: Id) => `/projects/${project}/campaigns/${campaign}/questions`,
  principles: (project: Id) => `/projects/${project}/principles`,
  principle: (project: Id, principle: Id) => `/projects/${project}/principles/${principle}`,
  judges: (project: Id) => `/projects/${project}/judges`,
  newJudge: (project: Id) => `/projects/${project}/judges/new`,
  judge: (project: Id, judge: Id) => `/projects/${project}/judges/${judge}`,
  changeJudge: (project: Id, judge: Id) => `/projects/${project}/judges/${judge}/change`,
  recipes: (project: Id) => `/projects/${project}/recipes`,
  recipe: (project: Id, recipe: Id) => `/projects/${project}/recipes/${recipe}`,
  compareRecipes: (project: Id) => `/projects/${project}/recipes/compare`,
  lab: (project: Id) => `/projects/${project}/lab`,
  labRun: (project: Id, run: Id) => `/projects/${project}/lab/${run}`,
  snapshots: (project: Id) => `/projects/${project}/snapshots`,
  snapshot: (project: Id, snapshot: Id) => `/projects/${project}/snapshots/${snapshot}`,
  runs: (project: Id) => `/projects/${project}/runs`,
  newRun: (project: Id) => `/projects/${project}/runs/new`,
  compareRuns: (project: Id) => `/projects/${project}/runs/compare`,
  run: (project: Id, run: Id) => `/projects/${project}/runs/${run}`,
  models: (project: Id) => `/projects/${project}/models`,
  model: (project: Id, model: Id) => `/projects/${project}/models/${model}`,
  evaluationSets: (project: Id) => `/projects/${project}/evaluation-sets`,
  evaluationSet: (project: Id, set: Id) => `/projects/${project}/evaluation-sets/${set}`,
  evaluation: (project: Id, evaluation: Id) => `/projects/${project}/evaluations/${evaluation}`,
  jobs: (project: Id) => `/projects/${project}/jobs`,
  job: (project: Id, job: Id) => `/projects/${project}/jobs/${job}`,
  annotate: () => "/annotate",
  annotateCampaign: (campaign: Id) => `/annotate/${campaign}`,
};

/** Where a job's subject lives, when it has a page of its own. */
export function subjectPath(project: Id, subject: { type: string; id: number } | null): string | null {
  switch (subject?.type) {
    case "dataset":
      return paths.dataset(project, subject.id);
    case "campaign":
      return paths.campaign(project, subject.id);
    case "lab_run":
      return paths.labRun(project, subject.id);
    case "snapshot":
      return paths.snapshot(project, subject.id);
    case "evaluation":
      return paths.evaluation(project, subject.id);
    case "evaluation_set":
      return paths.evaluationSet(project, subject.id);
    case "run":
    case "trainingrun":
    case "training_run":
      return paths.run(project, subject.id);
    default:
      return null;
  }
}
