export { JobControls, JobLine, JobStrip, progressText } from "./job-strip";
export { JobsMenu } from "./jobs-menu";
export { isActive, jobQuery, useActiveJobs, useJob, useJobCommand } from "./queries";
