/** A mass on a damped spring, pushed by noise, in steps of equal time. Positions are angles in radians. */
export interface DampedSpring {
  /** m, kg. */
  readonly mass: number;
  /** b, N·s/rad. */
  readonly damping: number;
  /** k, N/rad. */
  readonly stiffness: number;
  /** Δt, s. */
  readonly timeStep: number;
  /** Variance of what is added to the position at each step, rad². */
  readonly positionNoise: number;
  /** Variance of what is added to the velocity at each step, (rad/s)². */
  readonly velocityNoise: number;
  /** The first position is uniform from minus this to this, rad. */
  readonly startWithin: number;
  /** Variance of the first velocity, (rad/s)²; its mean is 0. */
  readonly startVelocity: number;
}

/** The constants of Makin, Dichter & Sabes 2015, as their public code sets them (github.com/jgmakin/rbmish, setDynamics.m). */
export const makinSpring: DampedSpring = {
  mass: 5,
  damping: 0.25,
  stiffness: 3,
  timeStep: 0.05,
  positionNoise: 5e-7,
  velocityNoise: 5e-5,
  startWithin: Math.PI / 3 - 0.05,
  startVelocity: 5e-10,
};

/**
 * The spring as a linear-Gaussian model of (position, velocity), of which the position is observed:
 * x_t = A x_{t−1} + w_t, w_t ~ N(0, Q), with Euler's A = [[1, Δt], [−kΔt/m, 1 − bΔt/m]].
 * The uniform first position is replaced by a normal of the same mean and variance.
 */
export function springModel(spring: DampedSpring) {
  const { mass: m, damping: b, stiffness: k, timeStep: Δt } = spring;
  return {
    A: [
      [1, Δt],
      [(-k * Δt) / m, 1 - (b * Δt) / m],
    ],
    Q: [
      [spring.positionNoise, 0],
      [0, spring.velocityNoise],
    ],
    C: [1, 0],
    start: {
      mean: [0, 0],
      covariance: [
        [spring.startWithin ** 2 / 3, 0],
        [0, spring.startVelocity],
      ],
    },
  };
}

/** Position (rad, not wrapped) and velocity (rad/s), each (time). */
export interface Trajectory {
  readonly position: Float64Array;
  readonly velocity: Float64Array;
}

/**
 * The path of the spring.
 * @param uniform one number in (0, 1), for the first position
 * @param normal  standard normals (time, 2): those of step t push position and velocity into it; of the first two,
 *                only the second is used, for the first velocity
 */
export function springTrajectory(spring: DampedSpring, uniform: number, normal: Float64Array): Trajectory {
  const [[a11, a12], [a21, a22]] = springModel(spring).A;
  const steps = normal.length / 2;
  const [position, velocity] = [new Float64Array(steps), new Float64Array(steps)];
  position[0] = (2 * uniform - 1) * spring.startWithin;
  velocity[0] = Math.sqrt(spring.startVelocity) * normal[1];
  const [σx, σv] = [Math.sqrt(spring.positionNoise), Math.sqrt(spring.velocityNoise)];
  for (let t = 1; t < steps; t++) {
    const [x, v] = [position[t - 1], velocity[t - 1]];
    position[t] = a11 * x + a12 * v + σx * normal[2 * t];
    velocity[t] = a21 * x + a22 * v + σv * normal[2 * t + 1];
  }
  return { position, velocity };
}
