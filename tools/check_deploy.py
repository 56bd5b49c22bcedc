"""Checks what is in deploy/ and docker-compose.yml without a cluster and without images.

    python tools/check_deploy.py [ROOT]

- Kubernetes: every kustomization is built and every object is checked against the schemas of that version of
  Kubernetes, strictly; references between objects resolve; pods keep to the restricted standard, with probes and limits.
- Compose: every service is hardened, publishes to this machine only and says how it is.
- Observability: the files fit each other and the compose services.

The kustomizations are built by a small part of kustomize that is written here; where kubectl is there, what it builds
must be the same. Prints what is wrong, one line each, and leaves with 1 if there is anything.
"""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml

KUBERNETES = "1.32"
POD_KINDS = {"Deployment", "StatefulSet", "Job"}
# Compose services that do their work once, or whose image has nothing to ask them with.
UNASKED = {"certificates", "engine", "migrate", "collector", "jaeger"}

faults = []


def fault(where, what):
    faults.append(f"{where}: {what}")


def load(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


# Building kustomizations: exactly what ours use.

KNOWN = {"apiVersion", "kind", "namespace", "labels", "resources", "images", "secretGenerator", "patches"}


def build(folder):
    spec = load(folder / "kustomization.yaml")[0]
    for key in spec.keys() - KNOWN:
        raise SystemExit(f"{folder}: this check does not know `{key}` in a kustomization")
    objects = []
    for resource in spec["resources"]:
        path = folder / resource
        objects += build(path) if path.is_dir() else load(path)
    objects += [secret(generator) for generator in spec.get("secretGenerator", [])]
    for patch in spec.get("patches", []):
        for change in load(folder / patch["path"]):
            targets = [o for o in objects if identity(o) == identity(change)]
            if len(targets) != 1:
                fault(folder / patch["path"], f"{len(targets)} objects are {identity(change)}")
            for target in targets:
                merge(target, change)
    for one in objects:
        if "namespace" in spec and one["kind"] != "Namespace":
            one["metadata"]["namespace"] = spec["namespace"]
        for group in spec.get("labels", []):
            label(one, group)
        for container in containers(one):
            for image in spec.get("images", []):
                if container["image"].split(":")[0] == image["name"]:
                    container["image"] = f"{image['name']}:{image['newTag']}"
    return objects


def identity(one):
    return one["kind"], one["metadata"]["name"]


def secret(generator):
    assert generator["options"] == {"disableNameSuffixHash": True}
    pairs = (literal.split("=", 1) for literal in generator["literals"])
    data = {name: base64.b64encode(value.encode()).decode() for name, value in pairs}
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": generator["name"]}, "data": data}


def merge(target, change):
    """A strategic merge without lists of named items: a list is replaced, null removes."""
    for key, value in change.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


def label(one, group):
    one["metadata"].setdefault("labels", {}).update(group["pairs"])
    if group.get("includeTemplates") and one["kind"] in POD_KINDS:
        one["spec"]["template"].setdefault("metadata", {}).setdefault("labels", {}).update(group["pairs"])
        for template in one["spec"].get("volumeClaimTemplates", []):
            template["metadata"].setdefault("labels", {}).update(group["pairs"])


def pod(one):
    return one["spec"]["template"]["spec"] if one["kind"] in POD_KINDS else {}


def containers(one):
    spec = pod(one)
    return spec.get("initContainers", []) + spec.get("containers", [])


# Kubernetes.


def check_kubernetes(root):
    for file in sorted((root / "deploy/kubernetes").glob("**/kustomization.yaml")):
        folder = file.parent
        is_whole = "overlays" in folder.parts
        objects = build(folder)
        compare_with_kubectl(folder, objects)
        names = [identity(one) for one in objects]
        for one in objects:
            where = f"{folder.relative_to(root)} {'/'.join(identity(one))}"
            if not is_whole:
                check_flags(where, [], one["data"] if one["kind"] == "ConfigMap" else {})
                for container in containers(one):
                    check_flags(where, container.get("args", []), {each["name"] for each in container.get("env", [])})
            if names.count(identity(one)) > 1:
                fault(where, "is there twice")
            check_schema(where, one)
            if one["kind"] in POD_KINDS:
                check_pod(where, one)
        check_references(folder.relative_to(root), objects, is_whole)


def compare_with_kubectl(folder, objects):
    if not shutil.which("kubectl"):
        return
    # Earlier ones have a kustomize that does not know the present form.
    version = subprocess.run(
        ["kubectl", "version", "--client", "--output=json"], check=True, capture_output=True, text=True
    )
    version = json.loads(version.stdout)["clientVersion"]
    if int(version["minor"].strip("+")) < 27:
        return
    built = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
    if built.returncode != 0:
        return fault(folder, f"kubectl cannot build it: {built.stderr.strip()}")
    theirs = [one for one in yaml.safe_load_all(built.stdout) if one]
    for one in theirs:
        if one["kind"] == "Secret":
            # Long values are broken into lines.
            one["data"] = {name: "".join(value.split()) for name, value in one["data"].items()}
    theirs = {identity(one): one for one in theirs}
    for one in objects:
        other = theirs.pop(identity(one), None)
        if json.dumps(other, sort_keys=True) != json.dumps(one, sort_keys=True):
            fault(folder, f"kubectl builds another {identity(one)}: {json.dumps(other)} instead of {json.dumps(one)}")
    for left in theirs:
        fault(folder, f"only kubectl builds {left}")


def check_schema(where, one):
    try:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        fault(where, f"{'.'.join(map(str, error.path))}: {error.message}")


def check_pod(where, one):
    spec = pod(one)
    security = spec.get("securityContext", {})
    expect(where, security.get("runAsNonRoot") is True, "runs as root")
    expect(where, security.get("seccompProfile") == {"type": "RuntimeDefault"}, "has no seccomp profile")
    expect(where, spec.get("automountServiceAccountToken") is False, "gets a token for the cluster")
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    volumes |= {template["metadata"]["name"] for template in one["spec"].get("volumeClaimTemplates", [])}
    for container in containers(one):
        here = f"{where} {container['name']}"
        security = container.get("securityContext", {})
        expect(here, security.get("readOnlyRootFilesystem") is True, "can write to its root")
        expect(here, security.get("allowPrivilegeEscalation") is False, "may gain privileges")
        expect(here, security.get("capabilities") == {"drop": ["ALL"]}, "keeps capabilities")
        resources = container.get("resources", {})
        expect(here, "memory" in resources.get("limits", {}), "has no limit of memory")
        expect(here, {"cpu", "memory"} <= resources.get("requests", {}).keys(), "does not say what it needs")
        expect(here, {"readinessProbe", "livenessProbe"} <= container.keys() or not is_daemon(one, container), "has no probes")
        for mount in container.get("volumeMounts", []):
            expect(here, mount["name"] in volumes, f"mounts {mount['name']}, which is no volume of the pod")


def is_daemon(one, container):
    return one["kind"] != "Job" and container in pod(one)["containers"]


def expect(where, holds, otherwise):
    if not holds:
        fault(where, otherwise)


def check_references(where, objects, is_whole):
    there = {identity(one) for one in objects}
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in objects if one["kind"] in POD_KINDS]
    for one in objects:
        here = f"{where} {'/'.join(identity(one))}"
        for wanted in selected(one):
            expect(here, any(fits(wanted, labels) for labels in pods), f"selects no pod: {json.dumps(wanted)}")
        for kind, name, optional in referred(one):
            outside = kind in ("Secret", "ConfigMap") and not is_whole
            expect(here, optional or outside or (kind, name) in there, f"needs {kind} {name}, which is not there")


def selected(one):
    """What an object picks pods by, apart from pods that are not ours to write."""
    spec = one.get("spec", {})
    if one["kind"] == "Service":
        return [{"matchLabels": spec["selector"]}]
    if one["kind"] in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
        return [spec["selector"]]
    if one["kind"] == "NetworkPolicy":
        peers = [peer for rule in spec.get("ingress", []) for peer in rule.get("from", [])]
        peers += [peer for rule in spec.get("egress", []) for peer in rule.get("to", [])]
        picked = [spec["podSelector"]] + [peer["podSelector"] for peer in peers if "podSelector" in peer]
        return [one for one in picked if one.get("matchLabels") != {"claudoom/client": "true"}]
    return []


def fits(selector, labels):
    wanted = selector.get("matchLabels", {})
    expressions = selector.get("matchExpressions", [])
    return wanted.items() <= labels.items() and all(labels.get(e["key"]) in e["values"] for e in expressions)


def referred(one):
    spec = pod(one)
    if not spec:
        return
    if "serviceAccountName" in spec:
        yield "ServiceAccount", spec["serviceAccountName"], False
    for volume in spec.get("volumes", []):
        sources = volume["projected"]["sources"] if "projected" in volume else [volume]
        for source in sources:
            if "secret" in source:
                named = source["secret"].get("secretName") or source["secret"].get("name")
                yield "Secret", named, source["secret"].get("optional", False)
            if "configMap" in source:
                yield "ConfigMap", source["configMap"]["name"], source["configMap"].get("optional", False)
            if "persistentVolumeClaim" in source:
                yield "PersistentVolumeClaim", source["persistentVolumeClaim"]["claimName"], False
    for container in containers(one):
        for source in container.get("envFrom", []):
            yield "ConfigMap", source["configMapRef"]["name"], False
        for variable in container.get("env", []):
            chosen = variable.get("valueFrom", {}).get("secretKeyRef")
            if chosen:
                yield "Secret", chosen["name"], False


# Both.


def check_flags(where, flags, environment):
    """Nothing is served in the clear, or to anybody who asks."""
    expect(where, "--insecure" not in flags and "GRPC_INSECURE" not in environment, "serves in the clear")
    expect(where, "--auth" not in flags and "GRPC_AUTH" not in environment, "lets anybody call")


# Compose.


def check_compose(root):
    compose = load(root / "docker-compose.yml")[0]
    for name, service in compose["services"].items():
        where = f"docker-compose.yml {name}"
        expect(where, service.get("read_only") is True, "can write to its root")
        expect(where, service.get("cap_drop") == ["ALL"] and not service.get("cap_add"), "keeps capabilities")
        expect(where, service.get("security_opt") == ["no-new-privileges:true"], "may gain privileges")
        expect(where, "mem_limit" in service and "pids_limit" in service, "has no limits of memory and processes")
        expect(where, "restart" in service, "does not say whether it is started again")
        expect(where, "healthcheck" in service or name in UNASKED, "does not say how it is")
        check_flags(where, service.get("command", []), service.get("environment") or {})
        for port in service.get("ports", []):
            expect(where, str(port).startswith("127.0.0.1:"), f"publishes {port} to everybody")
        for variable, value in (service.get("environment") or {}).items():
            plain = variable.endswith(("PASSWORD", "PASS", "TOKEN", "DATABASE_URL", "AMQP_URL"))
            expect(where, not plain, f"has a secret in its environment: {variable}={value}")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                expect(where, (root / source).exists(), f"mounts {source}, which is not there")
            else:
                expect(where, source in compose["volumes"], f"mounts {source}, which is no volume")
        for entry in service.get("secrets", []):
            named = entry["source"] if isinstance(entry, dict) else entry
            expect(where, named in compose["secrets"], f"uses the secret {named}, which is not there")
    for name, entry in compose["secrets"].items():
        file = entry["file"].replace("${CLAUDOOM_SECRETS:-./deploy/compose/development-secrets}", "")
        development = root / f"deploy/compose/development-secrets{file}"
        expect("docker-compose.yml", development.exists(), f"the secret {name} has no file for development")
    return compose


# Observability.


def check_observability(root, compose):
    folder = root / "deploy/observability"
    collector, prometheus = load(folder / "collector.yaml")[0], load(folder / "prometheus.yaml")[0]
    for name, pipeline in collector["service"]["pipelines"].items():
        for part in ("receivers", "processors", "exporters"):
            for used in pipeline[part]:
                expect("collector.yaml", used in collector[part], f"pipeline {name} uses {used}, which is no {part[:-1]}")
    port = collector["exporters"]["prometheus"]["endpoint"].rsplit(":", 1)[1]
    for job in prometheus["scrape_configs"]:
        for config in job["static_configs"]:
            expect("prometheus.yaml", config["targets"] == [f"collector:{port}"], f"does not read collector:{port}")
    hosts = [collector["exporters"]["otlp/jaeger"]["endpoint"]]
    sources = load(folder / "grafana/datasources.yaml")[0]["datasources"]
    hosts += [source["url"].removeprefix("http://") for source in sources]
    for host in hosts:
        expect("deploy/observability", host.split(":")[0] in compose["services"], f"{host} is no service")
    dashboard = json.loads((folder / "grafana/claudoom.json").read_text())
    known = {source["uid"] for source in sources}
    ids = [panel["id"] for panel in dashboard["panels"]]
    expect("claudoom.json", len(ids) == len(set(ids)), "two panels have one id")
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            here = f"claudoom.json {panel['title']}"
            expect(here, panel["datasource"]["uid"] in known, "asks a data source that is not there")
            expect(here, panel["targets"] and panel["description"], "shows nothing, or does not say what")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    check_kubernetes(root)
    check_observability(root, check_compose(root))
    for one in faults:
        print(one)
    print(f"{len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
