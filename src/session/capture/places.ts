export { pointPlaces, type PointPlace } from '../../probe/capture/plan-capture.ts'
