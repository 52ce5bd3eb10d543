-- Where a job comes from: the request that posted it, and the trace (W3C traceparent) that goes on in the worker.
ALTER TABLE jobs
    ADD COLUMN IF NOT EXISTS request_id text,
    ADD COLUMN IF NOT EXISTS traceparent text;
