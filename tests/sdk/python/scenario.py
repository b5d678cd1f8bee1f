"""Reads what Punctual tells collectors and scrapers, as their own libraries read it.

Standard input: {"otlp": [{"path", "body"}], "metrics": "the text of /metrics"}. Whatever they do not take is an error.
"""

import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

KINDS = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}

told = json.load(sys.stdin)
counts = dict.fromkeys(KINDS, 0)
for entry in told["otlp"]:
    # Fields that do not exist are errors, as are wrong types. (Ids are hex, which reads as base64 too.)
    message = json_format.ParseDict(entry["body"], KINDS[entry["path"]]())
    counts[entry["path"]] += 1
    if entry["path"] == "/v1/metrics":
        for resource in message.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    data = getattr(metric, metric.WhichOneof("data"))
                    assert data.aggregation_temporality == 1, metric.name
                    for point in data.data_points:
                        assert point.start_time_unix_nano <= point.time_unix_nano
                        if metric.WhichOneof("data") == "histogram":
                            assert sum(point.bucket_counts) == point.count, metric.name
                            assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
assert all(counts.values()), counts
print("opentelemetry-proto read", counts)

families = {family.name: family for family in text_string_to_metric_families(told["metrics"])}
for name, family in families.items():
    assert name.startswith("punctual_"), name
    assert family.documentation, name
    assert family.type != "unknown", name
    if family.type == "histogram":
        buckets = [s for s in family.samples if s.name.endswith("_bucket")]
        values = [sample.value for sample in buckets]
        assert values == sorted(values), name
        assert buckets[-1].labels["le"] == "+Inf", name
        (count,) = [s.value for s in family.samples if s.name.endswith("_count")]
        assert count == values[-1], name
print("prometheus-client read", len(families), "families:", ", ".join(sorted(families)))
