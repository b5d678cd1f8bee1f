"""The vendor's own exporter sends spans and log lines to the stand-in, which must take them all and say so."""

import json
import os
import sys
import urllib.request

os.environ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL"] = "true"
os.environ["APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED"] = "true"

from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind

where = json.loads(sys.argv[1])


def items():
    with urllib.request.urlopen(where["control"] + "/items") as answer:
        return json.load(answer)["items"]


exporter = AzureMonitorTraceExporter(
    connection_string=where["connection_string"], disable_offline_storage=True
)
results = []
export = exporter.export
exporter.export = lambda spans: results.append(export(spans)) or results[-1]

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("scenario")
with tracer.start_as_current_span("POST /deliver", kind=SpanKind.SERVER):
    with tracer.start_as_current_span(
        "POST /v3/mail/send",
        kind=SpanKind.CLIENT,
        attributes={"http.request.method": "POST", "url.full": "https://api.sendgrid.com/v3/mail/send"},
    ):
        pass
provider.shutdown()

assert results and all(result == SpanExportResult.SUCCESS for result in results), results
kinds = [item["data"]["baseType"] for item in items()]
assert sorted(kinds) == ["RemoteDependencyData", "RequestData"], kinds
child, parent = items()
assert child["tags"]["ai.operation.id"] == parent["tags"]["ai.operation.id"]
assert child["tags"]["ai.operation.parentId"] == parent["data"]["baseData"]["id"]
print("azure-monitor-opentelemetry-exporter: a request and its dependency were taken")
