/** What the Helm chart and the kustomize base say, without a cluster. */
package dev.ostiary.e2e.chart;
