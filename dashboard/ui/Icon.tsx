/** One of the Material Design icons, as in Home Assistant. It says nothing by itself: words stand beside it. */
export function Icon({ path, size = 18, className }: { path: string; size?: number; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
      className={className ? `icon ${className}` : "icon"}
    >
      <path d={path} fill="currentColor" />
    </svg>
  );
}
