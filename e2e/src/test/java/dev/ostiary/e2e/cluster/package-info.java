/**
 * A whole Kubernetes: the chart installed by helm, operator and gateway as container images, real MCP servers as pods, and
 * clients that reach them through the gateway's Service.
 */
package dev.ostiary.e2e.cluster;
