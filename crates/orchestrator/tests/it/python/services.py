"""Asks a daemon for its health and its services, as a client that knows nothing of it.

Arguments: address, service.
"""

import json
import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

address, service = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
    services = list(ProtoReflectionDescriptorDatabase(channel).get_services())
status = health_pb2.HealthCheckResponse.ServingStatus.Name(health.status)
print(json.dumps({"health": status, "services": services}))
