# The application's images for release, in this folder: `docker buildx bake -f docker-bake.hcl` (tests, then amd64 and arm64).
#   --print            shows what would be built
#   --set '*.platform=linux/amd64' runtime --load      this machine's own, into its engine
variable "PYTHON_IMAGE" { default = "python:3.11-slim-bookworm" }
variable "APP_IMAGE" { default = "jobs" }
variable "APP_TAG" { default = "latest" }
variable "APP_VERSION" { default = "1.0.0" }
variable "APP_REVISION" { default = "unknown" }
variable "APP_SOURCE" { default = "https://example.org/jobs" }
variable "APP_CREATED" { default = "1970-01-01T00:00:00Z" }
variable "BUILD_PIP_CONF" { default = "/dev/null" }
variable "BUILD_CA_BUNDLE" { default = "/dev/null" }

group "default" { targets = ["test", "runtime"] }

target "common" {
  context   = "."
  platforms = ["linux/amd64", "linux/arm64"]
  args = {
    PYTHON_IMAGE = PYTHON_IMAGE
    VERSION      = APP_VERSION
    REVISION     = APP_REVISION
    SOURCE       = APP_SOURCE
    CREATED      = APP_CREATED
  }
  secret = ["id=pip_conf,src=${BUILD_PIP_CONF}", "id=ca_bundle,src=${BUILD_CA_BUNDLE}"]
}

target "runtime" {
  inherits = ["common"]
  target   = "runtime"
  tags     = ["${APP_IMAGE}:${APP_TAG}"]
}

target "debug" {
  inherits = ["common"]
  target   = "debug"
  tags     = ["${APP_IMAGE}:dev"]
}

# Runs the unit tests; there is nothing to keep of it.
target "test" {
  inherits = ["common"]
  target   = "test"
  output   = ["type=cacheonly"]
}
