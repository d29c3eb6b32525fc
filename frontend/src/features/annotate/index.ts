/** Routes in the annotator frame: `/annotate` and `/annotate/$campaignId`. */
export const annotatorRoutes = [] as const;
